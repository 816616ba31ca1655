import {contextProps} from '../testing/context';
import {settle, show} from '../testing/screen';
import {ada, authorizationUrl, createWorld, refusal, success, type World} from '../testing/world';
import App from '../views/App';
import AppSettings from '../views/AppSettings';
import PaymentDetails from '../views/PaymentDetails';

type OAuthContext = Parameters<typeof contextProps>[0];

let world: World;
let attempts = 0;

/** What the Dashboard hands over after a sign-in: a code of its own for each test. */
const returned = () => ({code: `K${(attempts += 1)}`, verifier: 'V', state: ''});
const open = (oauthContext?: OAuthContext) => show(<App {...contextProps(oauthContext)} />);
const link = () => {
  world.replies.userinfo = () => success(ada);
};

beforeEach(() => {
  world = createWorld();
});

describe('signed out', () => {
  test('a spinner stands in until there is an address to open', async () => {
    let answer = () => undefined as void;
    const {login} = world.replies;
    world.replies.login = () => new Promise((resolve) => (answer = () => resolve(login!())));
    const screen = await open();
    expect(screen.find('SignInView')).toBeDefined();
    expect(screen.find('Spinner')).toBeDefined();
    expect(screen.signIn()).toBeUndefined();

    answer();
    await settle();
    expect(screen.find('Spinner')).toBeUndefined();
    expect(screen.signIn()).toMatchObject({label: 'Sign in', href: authorizationUrl(1), target: '_blank'});
  });

  test.each([
    ['reconnect_required', 'has ended the access'],
    ['email_unverified', 'Verify it there first'],
  ])('after %s it says why', async (code, sentence) => {
    world.replies.userinfo = () => refusal(401, code);
    const screen = await open();
    expect(screen.find('SignInView')).toBeDefined();
    expect(screen.text()).toContain(sentence);
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

  test('the settings offer the same sign-in', async () => {
    const screen = await show(<AppSettings {...contextProps()} />);
    expect(screen.signIn()).toMatchObject({href: authorizationUrl(1)});
  });
});

describe('back from the provider', () => {
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
    expect(world.to('logout')).toHaveLength(1);
    expect(screen.signIn()).toBeDefined();
  });

  test('uses a code once, though the Dashboard never takes it back', async () => {
    const context = contextProps(returned());
    const screen = await show(<App {...context} />);
    await screen.press('Link', 'Sign out');
    await screen.replace(null);
    await screen.replace(<PaymentDetails {...context} />);

    expect(world.to('authorize')).toHaveLength(1);
    expect(screen.signIn()).toBeDefined();
  });

  test('a view mounted while another completes joins in', async () => {
    let answer = () => undefined as void;
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
    await screen.replace(<App {...contextProps({...oauthContext})} />);
    expect(world.calls).toHaveLength(1);
  });

  test('a code that is turned down leads to a new sign-in', async () => {
    world.replies.authorize = () => refusal(401, 'code_rejected');
    const screen = await open(returned());
    expect(screen.text()).toContain('Example did not accept this sign-in.');
    expect(screen.signIn()).toBeDefined();
  });

  test('Retry after an outage completes with the same code', async () => {
    const {authorize} = world.replies;
    world.replies.authorize = () => refusal(503, 'secret_store_unavailable');
    const oauthContext = returned();
    const screen = await open(oauthContext);
    expect(screen.text()).toContain('Stripe is out of reach.');

    world.replies.authorize = authorize!;
    await screen.press('Button', 'Retry');
    expect(world.to('authorize').map(({payload}) => payload.code)).toEqual([oauthContext.code, oauthContext.code]);
    expect(screen.text()).toContain('Linked to Ada Lovelace');
  });

  test('a sign-in of somebody else links nothing', async () => {
    world.replies.authorize = () => refusal(403, 'identity_mismatch');
    const screen = await open(returned());
    expect(screen.text()).toContain('nothing was linked');
    await screen.press('Button', 'Start over');
    expect(screen.signIn()).toBeDefined();
  });
});

describe('signed in', () => {
  beforeEach(link);

  test.each([
    ['App', App, 'ada@example.com'],
    ['AppSettings', AppSettings, 'ada@example.com'],
    ['PaymentDetails', PaymentDetails, 'Linked as Ada Lovelace · payment pi_123'],
  ])('%s shows who is linked, and a way out', async (_, View, text) => {
    const screen = await show(<View {...contextProps()} />);
    expect(screen.text().replace(/ +/g, ' ')).toContain(text);
    expect(screen.find('Banner')).toBeUndefined();
    expect(world.dashboard.showToast).not.toHaveBeenCalled();

    await screen.press('Link', 'Sign out');
    expect(world.to('logout')).toHaveLength(1);
    expect(screen.signIn()).toBeDefined();
  });

  test('a user without name or address has an id', async () => {
    world.replies.userinfo = () => success({...ada, name: null, email: null});
    const screen = await open();
    expect(screen.find('PropertyListItem')).toMatchObject({label: 'Linked as', value: 'ada'});
    expect(screen.find('PropertyListItem', 'E-mail')).toBeUndefined();
  });

  test('Retry after a failed sign-out signs out', async () => {
    const {logout} = world.replies;
    world.replies.logout = () => refusal(503, 'secret_store_unavailable');
    const screen = await open();
    await screen.press('Link', 'Sign out');
    expect(screen.text()).toContain('Stripe is out of reach.');
    world.replies.logout = logout!;
    await screen.press('Button', 'Retry');
    expect(world.to('logout')).toHaveLength(2);
    expect(screen.signIn()).toBeDefined();
  });

  test('another account begins afresh', async () => {
    const screen = await open();
    const context = contextProps();
    const {userContext} = context;
    const account = {...userContext.account, id: 'acct_5678'};
    world.replies.userinfo = () => refusal(401, 'not_connected');
    await screen.replace(<App {...context} userContext={{...userContext, account}} />);
    expect(world.to('userinfo')[1]?.payload.account_id).toBe('acct_5678');
    expect(screen.signIn()).toBeDefined();
  });
});

describe('failures', () => {
  test('an outage is no sign-out, and Retry asks again', async () => {
    world.replies.userinfo = () => refusal(503, 'provider_unavailable');
    const screen = await open();
    expect(screen.find('SignInView')).toBeUndefined();
    expect(screen.find('Banner')).toMatchObject({type: 'critical'});
    expect(screen.text()).toContain('Your link is untouched.');
    expect(screen.text()).toContain('req-1');

    link();
    await screen.press('Button', 'Retry');
    expect(screen.text()).toContain('Ada Lovelace');
  });

  test('during an outage one can still sign out', async () => {
    world.replies.userinfo = () => refusal(503, 'provider_unavailable');
    const screen = await open();
    await screen.press('Link', 'Sign out');
    expect(world.to('logout')).toHaveLength(1);
  });

  test('a failed preparation is repeated', async () => {
    const {login} = world.replies;
    world.replies.login = () => refusal(429, 'rate_limited');
    const screen = await open();
    expect(screen.text()).toContain('too many requests');
    world.replies.login = login!;
    await screen.press('Button', 'Retry');
    expect(screen.signIn()).toMatchObject({href: authorizationUrl(2)});
  });

  test('a changed account is mended by signing out', async () => {
    world.replies.userinfo = () => refusal(403, 'identity_changed');
    const screen = await open();
    await screen.press('Button', 'Sign out');
    expect(world.to('logout')).toHaveLength(1);
    expect(screen.signIn()).toBeDefined();
  });

  test('a mistake in the set-up has no Retry', async () => {
    world.replies.login = () => refusal(404, 'flow_disabled');
    const screen = await open();
    expect(screen.text()).toContain('Please tell its developer.');
    expect(screen.find('Button')).toBeUndefined();
  });

  test('in the settings they look the same', async () => {
    world.replies.userinfo = () => refusal(500, 'internal');
    const screen = await show(<AppSettings {...contextProps()} />);
    expect(screen.find('SettingsView', 'Your link is untouched.')).toBeDefined();
  });
});
