import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';

interface Manifest {
  post_install_action: {type: string};
  id: string;
  icon: string;
  permissions: {permission: string; purpose: string}[];
  ui_extension: {
    views: {viewport: string; component: string}[];
    content_security_policy: {'connect-src': string[]; purpose: string};
  };
  constants: {API_BASE: string; LINK_SCOPE: string};
}

const read = (name: string) => JSON.parse(readFileSync(join(__dirname, name), 'utf8'));
const main: Manifest = read('stripe-app.json');
const local: Partial<Manifest> & {extends: string} = read('stripe-app.dev.json');
const {views} = main.ui_extension;

test('the app has an id that Stripe takes, and an icon', () => {
  expect(main.id).toMatch(/^[\w.-]+$/);
  expect(main.icon).toMatch(/^\.\/.+\.png$/);
  expect(existsSync(join(__dirname, main.icon))).toBe(true);
});

test('the back end may use the Secret Store', () => {
  expect(main.permissions).toContainEqual({permission: 'secret_write', purpose: expect.stringMatching(/.+/)});
});

test('users who return from the provider find the app', () => {
  // Without this view the Dashboard drops oauthContext on the way.
  expect(views.map(({viewport}) => viewport)).toContain('stripe.dashboard.drawer.default');
});

test('users who have just installed the app are led through linking an account', () => {
  expect(main.post_install_action).toEqual({type: 'onboarding'});
  expect(views).toContainEqual({viewport: 'onboarding', component: 'Onboarding'});
});

test.each(views)('the view $component has its file and its default export', ({component}) => {
  const source = readFileSync(join(__dirname, 'src/views', `${component}.tsx`), 'utf8');
  expect(source).toContain(`export default function ${component}(`);
});

test('the local manifest extends the main one', () => {
  expect(local.extends).toBe('stripe-app.json');
});

test.each([
  ['stripe-app.json', main],
  ['stripe-app.dev.json', {...main, ...local}],
])('%s lets the app reach its back end', (_, {ui_extension, constants}) => {
  const {'connect-src': sources, purpose} = ui_extension.content_security_policy;
  expect(purpose).not.toBe('');
  for (const source of sources) {
    // Stripe wants a path; only a trailing slash covers what is below it.
    expect(new URL(source).pathname).toMatch(/^\/.+\/$/);
  }
  expect(sources).toContain(`${constants.API_BASE}/`);
});

test('the local manifest asks for no other permissions: the app compares with the main one', () => {
  expect(local.permissions).toBeUndefined();
});

test('whose the links are is said in one of the two ways there are', () => {
  expect(['user', 'account']).toContain(main.constants.LINK_SCOPE);
});

test('only the local back end goes without https', () => {
  expect(main.constants.API_BASE).toMatch(/^https:/);
  expect(local.constants?.API_BASE).toMatch(/^http:\/\/localhost:/);
});
