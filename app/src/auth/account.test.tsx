import {administrator, contextProps, viewOnly, API_BASE} from '../testing/context';
import {show} from '../testing/screen';
import {ada, adaForAll, authorizationUrl, createWorld, refusal, success, type World} from '../testing/world';
import App from '../views/App';
import AppSettings from '../views/AppSettings';
import Onboarding from '../views/Onboarding';
import PaymentDetails from '../views/PaymentDetails';

type Roles = NonNullable<Parameters<typeof contextProps>[1]>['roles'];
type View = typeof App;

let world: World;
let attempts = 0;

beforeEach(() => {
  world = createWorld();
});

const constants = {API_BASE, LINK_SCOPE: 'account'};
const contextOf = (roles: Roles, oauthContext?: Parameters<typeof contextProps>[0]) =>
  contextProps(oauthContext, {constants, roles});
const open = (View: View, roles: Roles) => show(<View {...contextOf(roles)} />);
const returned = () => ({code: `A${(attempts += 1)}`, verifier: 'V', state: ''});
const link = () => {
  world.replies.userinfo = () => success(adaForAll);
};
/** Which requests had a role in them. */
const rolesSigned = () => world.calls.map(({url, payload}) => [url.split('/').pop(), payload.stripe_roles]);
const ADMIN = [{id: 'admin', type: 'builtIn', name: 'Administrator'}];

/** Stripe, which refuses to sign roles, in the two ways in which the SDK can tell. */
const refusals: [string, () => Promise<undefined>][] = [
  ['an error', () => Promise.reject(new Error('403'))],
  ['nothing', () => Promise.resolve(undefined)],
];

describe('an administrator', () => {
  const roles = [viewOnly, {...administrator, extra: 'of the host'}];

  test.each([
    ['App', App],
    ['AppSettings', AppSettings],
  ])('is offered the sign-in in %s, with the one role that fits', async (_, View) => {
    const screen = await open(View, roles);
    expect(screen.signIn()).toMatchObject({href: authorizationUrl(1)});
    expect(rolesSigned()).toEqual([
      ['userinfo', undefined],
      ['login', ADMIN],
    ]);
    // What Stripe is reported to sign: these three, in this order, before the ids.
    expect(world.to('login')[0]?.envelope.payload).toContain(
      '"stripe_roles":[{"id":"admin","type":"builtIn","name":"Administrator"}],"user_id"',
    );
  });

  test('finishes it with the role, and may undo it', async () => {
    world.replies.authorize = () => success(adaForAll);
    const screen = await show(<App {...contextOf(roles, returned())} />);
    expect(rolesSigned()).toEqual([
      ['authorize', ADMIN],
      ['call', undefined],
    ]);
    expect(screen.find('Banner', 'Linked to Ada Lovelace')).toBeDefined();
    await screen.press('Button', 'Not you? Undo');
    expect(screen.text()).toContain('No member can use it then, until an administrator signs in again.');
    await screen.press('Button', 'destructive');
    expect(rolesSigned()[2]).toEqual(['logout', ADMIN]);
  });

  test('sees in the settings who made the link, and when, and can end it', async () => {
    link();
    const screen = await open(AppSettings, roles);
    expect(screen.text()).toContain('Linked for the whole Stripe account');
    expect(screen.find('PropertyListItem', 'Linked by')).toMatchObject({value: 'usr_admin'});
    expect(String(screen.find('PropertyListItem', 'Linked on')?.value)).toMatch(
      /^Jan \d{1,2}, 2026, \d{1,2}:15\s[AP]M$/,
    );
    await screen.press('Link', 'Unlink');
    expect(screen.find('Banner', 'Unlink Example for everyone?')).toBeDefined();
    expect(world.to('logout')).toHaveLength(0);
    await screen.press('Button', 'destructive');
    expect(world.to('logout')).toHaveLength(1);
  });

  test('is called "you" where they made it', async () => {
    world.replies.userinfo = () => success({...adaForAll, linked_by: 'usr_1234'});
    expect((await open(App, roles)).find('PropertyListItem', 'Linked by')).toMatchObject({value: 'You'});
  });

  test.each(refusals)('whom Stripe gives no role (it answers %s) is told to ask one', async (_, refuse) => {
    world.dashboard.fetchStripeSignature.mockImplementation(async (payload) =>
      'stripe_roles' in payload ? await refuse() : 't=1,v1=signature',
    );
    const screen = await open(App, roles);
    expect(screen.text()).toContain('Ask an administrator');
    expect(screen.signIn()).toBeUndefined();
    expect(rolesSigned()).toEqual([['userinfo', undefined]]);
  });

  test('to whom Stripe signs nothing at all is told so', async () => {
    const {fetchStripeSignature} = world.dashboard;
    fetchStripeSignature.mockResolvedValueOnce('t=1,v1=signature').mockResolvedValue(undefined);
    const screen = await open(App, roles);
    expect(screen.text()).toContain('Stripe did not sign the request.');
    expect(screen.text()).not.toContain('Ask an administrator');
  });

  test('whom the back end does not take for one is told to ask one, with what to look for in its log', async () => {
    world.replies.login = () => refusal(403, 'role_required');
    const screen = await open(App, roles);
    expect(screen.text()).toContain('Ask an administrator');
    expect(screen.text()).toContain('Error code: role_required , request req-1');
    expect(screen.signIn()).toBeUndefined();
  });

  test('who is none any more when coming back links nothing', async () => {
    world.replies.authorize = () => refusal(403, 'role_required');
    const screen = await show(<App {...contextOf(roles, returned())} />);
    expect(screen.text()).toContain('Only an administrator of this Stripe account may do this.');
    expect(screen.find('Button', 'Retry')).toBeUndefined();
    await screen.press('Button', 'Start over');
    expect(screen.signIn()).toBeDefined();
  });

  test('who signs in to another account at the provider is told to end the link first', async () => {
    world.replies.authorize = () => refusal(403, 'identity_changed');
    link();
    const screen = await show(<App {...contextOf(roles, returned())} />);
    expect(screen.text()).toContain('is linked to another Example account, so nothing was changed.');
    await screen.press('Button', 'Start over');
    expect(screen.text()).toContain('Ada Lovelace');
    expect(screen.find('Link', 'Unlink')).toBeDefined();
  });
});

describe.each<[string, Roles]>([
  ['somebody who may only look', [viewOnly]],
  ['somebody with no role that the Dashboard tells', undefined],
  ['somebody whose role was made up by the account', [{...administrator, type: 'custom'}]],
  ['an administrator of whom the Dashboard tells no id', [{type: 'builtIn', name: 'Administrator'}]],
])('%s', (_, roles) => {
  test.each<[string, View]>([
    ['App', App],
    ['AppSettings', AppSettings],
    ['PaymentDetails', PaymentDetails],
    ['Onboarding', Onboarding],
  ])('is told in %s to ask an administrator, and is offered no sign-in', async (name, View) => {
    const screen = await open(View, roles);
    expect(screen.text()).toContain('Ask one to sign in to Example in');
    expect(screen.signIn()).toBeUndefined();
    expect(screen.find('Button', 'Sign in')).toBeUndefined();
    expect(rolesSigned()).toEqual([['userinfo', undefined]]);

    link();
    await screen.press('Button', 'Check again');
    expect(screen.text()).toContain('Ada Lovelace');
  });

  test.each<[string, View]>([
    ['App', App],
    ['AppSettings', AppSettings],
  ])('uses the link in %s, sees whose it is, and cannot end it', async (name, View) => {
    link();
    const screen = await open(View, roles);
    expect(screen.find('PropertyListItem', 'Linked by')).toMatchObject({value: 'usr_admin'});
    expect(screen.text()).toContain('To change or end it, ask an administrator.');
    for (const label of ['Unlink', 'Sign out', 'Sign in again']) {
      expect(screen.find('Link', label) ?? screen.find('Button', label)).toBeUndefined();
    }
  });

  test('is told why there is no link any more', async () => {
    world.replies.userinfo = () => refusal(401, 'reconnect_required');
    const screen = await open(App, roles);
    expect(screen.find('Banner', 'Example has ended the access it gave.')).toBeDefined();
    expect(screen.text()).toContain('Ask an administrator');
  });

  test('is offered nothing that only others may do when the link is in a bad way', async () => {
    world.replies.userinfo = () => refusal(403, 'identity_changed');
    const screen = await open(App, roles);
    expect(screen.text()).toContain('End the link, then sign in again. Ask an administrator to do that.');
    expect(screen.find('Button')).toBeUndefined();
    await screen.press('Link', 'Start over');
    expect(world.to('userinfo')).toHaveLength(2);
  });
});

test('a link of each user needs no role', async () => {
  const screen = await show(<App {...contextProps(undefined, {roles: [administrator]})} />);
  expect(screen.signIn()).toBeDefined();
  expect(rolesSigned().map(([, signed]) => signed)).toEqual([undefined, undefined]);
});

describe('signing in again', () => {
  const openSettings = () => show(<AppSettings {...contextProps()} />);

  beforeEach(() => {
    world.replies.userinfo = () => success(ada);
  });

  test('is prepared when it is asked for, and keeps the link until then', async () => {
    const screen = await openSettings();
    expect(world.to('login')).toHaveLength(0);
    await screen.press('Button', 'Sign in again');
    expect(screen.text()).toContain('Sign in to Example again');
    expect(screen.text()).toContain('Ada Lovelace stays linked until you have signed in.');
    expect(screen.find('Button', 'Sign in')).toMatchObject({href: authorizationUrl(1), target: '_blank'});

    await screen.press('Link', 'Cancel');
    expect(screen.text()).toContain('Your linked account');
    expect(world.to('logout')).toHaveLength(0);
  });

  test('to the account that is linked already is over when the user says so', async () => {
    const screen = await openSettings();
    await screen.press('Button', 'Sign in again');
    await screen.press('Button', 'Sign in');
    expect(screen.text()).toContain('Waiting for you');
    await screen.press('Button', 'Done');
    expect(screen.text()).toContain('Your linked account');
  });

  test.each([
    ['another account', {...ada, id: 'grace', name: 'Grace Hopper'}, 'Linked to Grace Hopper'],
    ['a newer link of the same', {...ada, linked_at: 1_768_000_900}, 'Linked to Ada Lovelace'],
  ])('goes on by itself once there is %s', async (_, user, text) => {
    jest.useFakeTimers();
    try {
      const screen = await openSettings();
      await screen.press('Button', 'Sign in again');
      await screen.press('Button', 'Sign in');
      await jest.advanceTimersByTimeAsync(10_000);
      expect(screen.text()).toContain('Waiting for you');

      world.replies.userinfo = () => success(user);
      await jest.advanceTimersByTimeAsync(15_000);
      expect(screen.text()).toContain(text);
    } finally {
      jest.useRealTimers();
    }
  });

  test('in an account leads to the same account at the provider', async () => {
    link();
    const screen = await open(AppSettings, [administrator]);
    await screen.press('Button', 'Sign in again');
    expect(screen.text()).toContain("Sign in as Ada Lovelace. To link somebody else's account, unlink this one");
    expect(rolesSigned().pop()).toEqual(['login', ADMIN]);
  });

  test('that is not possible now says so, and leaves the link', async () => {
    world.replies.login = () => refusal(503, 'settings_unavailable');
    const screen = await openSettings();
    await screen.press('Button', 'Sign in again');
    expect(screen.text()).toContain('Your link is untouched.');
    await screen.press('Link', 'Start over');
    expect(screen.text()).toContain('Ada Lovelace');
  });
});
