import {contextProps} from '../testing/context';
import {settle, show} from '../testing/screen';
import {ada, createWorld, refusal, success, type World} from '../testing/world';
import App from '../views/App';
import PaymentDetails from '../views/PaymentDetails';

type OAuthContext = Parameters<typeof contextProps>[0];

let world: World;
let attempts = 0;

beforeEach(() => {
  world = createWorld();
});

/** What the Dashboard hands over after a sign-in: a code of its own for each test. */
const returned = () => ({code: `K${(attempts += 1)}`, verifier: 'V', state: ''});
const open = (oauthContext?: OAuthContext) => show(<App {...contextProps(oauthContext)} />);

test('completes, says who was linked, and toasts', async () => {
  const oauthContext = returned();
  const screen = await open(oauthContext);

  expect(world.to('authorize')[0]?.payload).toMatchObject({
    purpose: 'complete',
    code: oauthContext.code,
    verifier: 'V',
  });
  expect(screen.find('Banner')).toMatchObject({
    title: 'Linked to Ada Lovelace',
    description: 'ada@example.com',
  });
  const [[message]] = world.dashboard.showToast.mock.calls as unknown as [[string]];
  expect(message.length).toBeGreaterThan(0);
  expect(message.length).toBeLessThanOrEqual(30);
});

test('"Not you? Undo" ends the link', async () => {
  const screen = await open(returned());
  await screen.press('Button', 'Not you? Undo');
  expect(screen.find('FocusView')).toMatchObject({title: 'Sign out of Example?'});
  await screen.press('Button', 'Sign out');
  expect(world.to('logout')).toHaveLength(1);
  expect(screen.signIn()).toBeDefined();
});

test('uses a code once, though the Dashboard never takes it back', async () => {
  const context = contextProps(returned());
  const screen = await show(<App {...context} />);
  await screen.signOut();
  await screen.replace(null);
  await screen.replace(<PaymentDetails {...context} />);

  expect(world.to('authorize')).toHaveLength(1);
  expect(screen.signIn()).toBeDefined();
});

test('a view mounted while another completes joins in', async () => {
  let answer!: () => void;
  world.replies.authorize = () => new Promise((resolve) => (answer = () => resolve(success(ada))));
  const context = contextProps(returned());
  const screen = await show(<App {...context} />);
  await screen.replace(null);
  await screen.replace(<PaymentDetails {...context} />);
  expect(screen.text()).toContain('Finishing the sign-in');

  answer();
  await settle();
  expect(world.to('authorize')).toHaveLength(1);
  expect(screen.text()).toContain('Linked as Ada Lovelace');
});

test('a code that arrives late is used too', async () => {
  const screen = await open();
  expect(screen.signIn()).toBeDefined();
  await screen.replace(<App {...contextProps(returned())} />);
  expect(screen.text()).toContain('Linked to Ada Lovelace');
});

test('new props for the same user begin nothing anew', async () => {
  const oauthContext = returned();
  const screen = await open(oauthContext);
  const asked = world.calls.length;
  await screen.replace(<App {...contextProps({...oauthContext})} />);
  expect(world.to('authorize')).toHaveLength(1);
  expect(world.calls).toHaveLength(asked);
});

test('a code that is turned down leads to a new sign-in', async () => {
  world.replies.authorize = () => refusal(401, 'code_rejected');
  const screen = await open(returned());
  expect(screen.text()).toContain('Example did not accept this sign-in.');
  expect(screen.signIn()).toBeDefined();
});

test('Retry before the code was used completes with it', async () => {
  const {authorize} = world.replies;
  world.replies.authorize = () => refusal(503, 'settings_unavailable');
  const oauthContext = returned();
  const screen = await open(oauthContext);
  expect(screen.text()).toContain('still starting. The sign-in is not finished.');

  world.replies.authorize = authorize!;
  await screen.press('Button', 'Retry');
  const codes = world.to('authorize').map(({payload}) => payload.code);
  expect(codes).toEqual([oauthContext.code, oauthContext.code]);
  expect(screen.text()).toContain('Linked to Ada Lovelace');
});

// The code is spent, or may be: a retry could not succeed.
test.each([
  'provider_unavailable',
  'provider_error',
  'secret_store_unavailable',
  'rate_limited',
  'internal',
  'a code of tomorrow',
])(
  '%s while a sign-in is finished leads to a new one, and finds a link that was made',
  async (code) => {
    world.replies.authorize = () => refusal(503, code);
    const screen = await open(returned());
    expect(screen.text()).toContain('Sign-in not finished');
    expect(screen.find('Button', 'Retry')).toBeUndefined();

    world.replies.userinfo = () => success(ada);
    await screen.press('Button', 'Start over');
    expect(world.to('authorize')).toHaveLength(1);
    expect(screen.text()).toContain('Ada Lovelace');
  },
);

test('a sign-in of somebody else links nothing', async () => {
  world.replies.authorize = () => refusal(403, 'identity_mismatch');
  const screen = await open(returned());
  expect(screen.text()).toContain('nothing was linked');
  await screen.press('Button', 'Start over');
  expect(screen.signIn()).toBeDefined();
});

test('a refusal at the provider is told once', async () => {
  const context = contextProps({error: 'access_denied', state: ''});
  const first = await show(<App {...context} />);
  expect(first.text()).toContain('You did not give access at Example');
  await first.replace(null);

  const second = await show(<PaymentDetails {...context} />);
  expect(second.signIn()).toBeDefined();
  expect(second.text()).not.toContain('You did not give access');
});
