import manifest from '../../stripe-app.json';
import {brand} from '../brand';
import {contextProps} from '../testing/context';
import {settle, show} from '../testing/screen';
import {ada, authorizationUrl, createWorld, refusal, success, type World} from '../testing/world';
import App from '../views/App';
import AppSettings from '../views/AppSettings';
import PaymentDetails from '../views/PaymentDetails';

const ALL = manifest.permissions.map(({permission}) => permission);

let world: World;

const open = () => show(<App {...contextProps()} />);
const link = () => {
  world.replies.userinfo = () => success(ada);
};

beforeEach(() => {
  world = createWorld();
});

describe('signed out', () => {
  test('a spinner stands in until there is an address to open', async () => {
    let answer!: () => void;
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

  test('the sign-in says, with Stripe\'s icon, that it leads elsewhere', async () => {
    const screen = await open();
    expect(screen.find('Icon')).toMatchObject({name: 'external'});
    expect(screen.text()).toContain('Opens Example in a new tab.');
  });

  test('whoever has no account is led to where they get one, if there is such a place', async () => {
    expect((await open()).find('SignInView')?.secondaryAction).toBeUndefined();

    jest.replaceProperty(brand, 'signUpUrl', 'https://provider.example/sign-up');
    const screen = await open();
    expect(screen.find('SignInView')?.secondaryAction).toMatchObject({
      label: 'Sign up',
      href: 'https://provider.example/sign-up',
      target: '_blank',
    });
  });

  test('the settings offer the same sign-in', async () => {
    const screen = await show(<AppSettings {...contextProps()} />);
    expect(screen.signIn()).toMatchObject({href: authorizationUrl(1)});
  });
});

describe('signed in', () => {
  beforeEach(link);

  test.each([
    ['App', App, 'ada@example.com'],
    ['AppSettings', AppSettings, 'ada@example.com'],
    ['PaymentDetails', PaymentDetails, 'Linked as Ada Lovelace'],
  ])('%s shows who is linked, and a way out', async (_, View, text) => {
    const screen = await show(<View {...contextProps()} />);
    expect(screen.text()).toContain(text);
    expect(screen.find('Banner')).toBeUndefined();
    expect(world.dashboard.showToast).not.toHaveBeenCalled();

    await screen.signOut();
    expect(world.to('logout')).toHaveLength(1);
    expect(screen.signIn()).toBeDefined();
  });

  test.each([
    ['App', App, 'FocusView'],
    ['AppSettings', AppSettings, 'Banner'],
    ['PaymentDetails', PaymentDetails, 'FocusView'],
  ])('%s asks before it signs out, and says what that does', async (_, View, type) => {
    const screen = await show(<View {...contextProps()} />);
    const isAsked = () => screen.find(type, 'Sign out of Example?') !== undefined;
    expect(isAsked()).toBe(false);

    await screen.press('Link', 'Sign out');
    expect(isAsked()).toBe(true);
    expect(screen.text()).toContain('gives up its access');
    expect(screen.find('Button', 'Sign out')).toMatchObject({type: 'destructive'});
    expect(world.to('logout')).toHaveLength(0);

    await screen.press('Button', 'Cancel');
    expect(isAsked()).toBe(false);
    expect(world.to('logout')).toHaveLength(0);
    expect(screen.text()).toContain('Ada Lovelace');
  });

  test('closing the question in the drawer is a no', async () => {
    const screen = await open();
    await screen.press('Link', 'Sign out');
    const {setShown} = screen.find('FocusView') as {setShown: (shown: boolean) => void};
    setShown(false);
    await settle();
    expect(screen.find('FocusView')).toBeUndefined();
    expect(world.to('logout')).toHaveLength(0);
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
    await screen.signOut();
    expect(screen.text()).toContain('Sign-out not finished');
    expect(screen.text()).toContain('Stripe is out of reach. Your account may still be linked.');
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

describe('permissions that an update asks for', () => {
  const unaccepted = {authorizedPermissions: ['charge_read']};
  const purposes = manifest.permissions.map(({purpose}) => purpose);
  const sentence = `${purposes.join(' ')} An administrator can accept`;

  test.each([
    ['App', App],
    ['AppSettings', AppSettings],
    ['PaymentDetails', PaymentDetails],
  ])('%s says what is to be accepted anew, beside what it shows', async (_, View) => {
    link();
    const screen = await show(<View {...contextProps(undefined, unaccepted)} />);
    expect(screen.find('Banner', 'Permissions to accept')?.description).toContain(sentence);
    expect(screen.text()).toContain('Ada Lovelace');
  });

  test('so do the sign-in and a failure', async () => {
    const view = <App {...contextProps(undefined, unaccepted)} />;
    expect((await show(view)).find('SignInView')?.description).toContain(sentence);

    world.replies.userinfo = () => refusal(403, 'secret_store_denied');
    const screen = await show(view);
    expect(screen.find('Banner', 'Permissions to accept')?.description).toContain(sentence);
    expect(screen.text()).toContain('does not let this app keep your link');
  });

  test.each([[[...ALL, 'charge_read']], [undefined]])('%j lacks none, or tells none', async (accepted) => {
    link();
    const {appContext, ...context} = contextProps();
    const screen = await show(<App {...context} appContext={{...appContext, authorizedPermissions: accepted}} />);
    expect(screen.find('Banner')).toBeUndefined();
  });
});

describe('failures', () => {
  test.each([
    [{API_BASE: 'https://told.example/api/oauth'}, 'Server: https://told.example/api/oauth .'],
    [undefined, 'Server: https://api.example.com/api/oauth , fixed when the app was built .'],
  ])('with the constants %j they say which server was asked', async (constants, sentence) => {
    world.replies.userinfo = () => refusal(500, 'internal');
    const screen = await show(<App {...contextProps(undefined, {constants})} />);
    expect(screen.text()).toContain(sentence);
  });

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
    await screen.signOut();
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
    await screen.signOut('Button');
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
