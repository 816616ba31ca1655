import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {signedPost} from '../../src/auth/backend';
import {administrator, contextProps, viewOnly} from '../../src/testing/context';
import {show} from '../../src/testing/screen';
import {ada, adaForAll, createWorld, refusal, success, type World} from '../../src/testing/world';
import {mail} from './src/backEnds';
import App from './src/views/App';
import AppSettings from './src/views/AppSettings';
import PaymentDetails from './src/views/PaymentDetails';

const manifest = JSON.parse(readFileSync(join(__dirname, 'stripe-app.json'), 'utf8'));
const {constants} = manifest;
const BOOKS = constants.API_BASE_BOOKS;
const MAIL = constants.API_BASE_MAIL;

let world: World;
let attempts = 0;

beforeEach(() => {
  world = createWorld();
});

type OAuthContext = Parameters<typeof contextProps>[0];
const open = (View: typeof App, oauthContext?: OAuthContext, roles: object[] = [administrator]) =>
  show(<View {...contextProps(oauthContext, {constants, roles: roles as [typeof administrator]})} />);
const returned = (state: string) => ({code: `T${(attempts += 1)}`, verifier: 'V', state});
const asked = (base: string) =>
  world.calls.filter(({url}) => url.startsWith(base)).map(({url}) => url.slice(base.length + 1));

test('the manifest lets the app reach both', () => {
  const {'connect-src': sources} = manifest.ui_extension.content_security_policy;
  expect(sources).toEqual([`${BOOKS}/`, `${MAIL}/`]);
});

test('each is asked for its own link, and each sign-in bears the name of its own', async () => {
  const screen = await open(AppSettings);
  expect(asked(BOOKS)).toEqual(['userinfo', 'login']);
  expect(asked(MAIL)).toEqual(['userinfo', 'login']);
  expect(world.dashboard.createOAuthState.mock.calls).toEqual([['BOOKS'], ['MAIL']]);
  expect(screen.text()).toContain('Example Books');
  expect(screen.text()).toContain('Example Mail');
  expect(screen.find('SignInView')).toBeUndefined();
});

test('only the link of the account needs a role', async () => {
  const screen = await open(AppSettings, undefined, [viewOnly]);
  expect(screen.text()).toContain('Ask one to sign in to Example Books');
  expect(asked(BOOKS)).toEqual(['userinfo']);
  expect(asked(MAIL)).toEqual(['userinfo', 'login']);
  expect(world.calls.every(({payload}) => payload.stripe_roles === undefined)).toBe(true);
});

test.each([
  ['BOOKS', BOOKS, MAIL],
  ['MAIL', MAIL, BOOKS],
])('whoever comes back to %s finishes that sign-in, and no other', async (name, base, other) => {
  await open(App, returned(name));
  expect(asked(base)).toEqual(['authorize']);
  expect(asked(other)).toEqual(['userinfo', 'login']);
});

test('a refusal at one is not told of the other', async () => {
  const screen = await open(App, {error: 'access_denied', state: 'MAIL'});
  expect(screen.text()).toContain('You did not give access at Example Mail');
  expect(screen.text()).not.toContain('You did not give access at Example Books');
});

test('one is unlinked without the other', async () => {
  world.replies.userinfo = () => success(adaForAll);
  const screen = await open(AppSettings);
  await screen.press('Link', 'Unlink');
  expect(screen.text()).toContain('Unlink Example Books for everyone?');
  await screen.press('Button', 'destructive');
  expect(asked(BOOKS)).toEqual(['userinfo', 'logout', 'login']);
  expect(asked(MAIL)).toEqual(['userinfo']);
});

test('an outage of one leaves the other in use', async () => {
  world.replies.userinfo = () =>
    world.calls[world.calls.length - 1]!.url.startsWith(MAIL) ? success(ada) : refusal(503, 'provider_unavailable');
  const screen = await open(AppSettings);
  expect(screen.text()).toContain('Example Books is out of reach.');
  expect(screen.text()).toContain('Your linked account');
});

test('a request of the app\'s own goes to the one that it names', async () => {
  world.replies.messages = () => success([]);
  await signedPost(contextProps(undefined, {constants}), 'messages', {purpose: 'messages'}, {backEnd: mail});
  expect(world.calls[0]).toMatchObject({url: `${MAIL}/messages`, payload: {purpose: 'messages'}});
});

test('a feature waits for the link that it needs, and asks for no other', async () => {
  const screen = await open(PaymentDetails);
  expect(screen.signIn()).toBeDefined();
  expect(asked(MAIL)).toEqual([]);
});
