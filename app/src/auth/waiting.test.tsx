import {contextProps} from '../testing/context';
import {settle, show} from '../testing/screen';
import {ada, authorizationUrl, createWorld, refusal, success, type World} from '../testing/world';
import App from '../views/App';

const MINUTE = 60_000;

let world: World;

beforeEach(() => {
  jest.useFakeTimers({now: 1_700_000_000_000});
  world = createWorld();
});

afterEach(() => {
  jest.useRealTimers();
});

const open = () => show(<App {...contextProps()} />);

async function pass(ms: number) {
  await jest.advanceTimersByTimeAsync(ms);
  await settle();
}

/** Presses Sign in; `polls` counts from there. */
async function openProvider() {
  const screen = await open();
  screen.signIn()?.onPress();
  await settle();
  const before = world.to('userinfo').length;
  return {...screen, polls: () => world.to('userinfo').length - before};
}

test('an address eight minutes old is replaced', async () => {
  const screen = await open();
  await pass(8 * MINUTE - 1);
  expect(screen.signIn()?.href).toBe(authorizationUrl(1));
  await pass(1);
  expect(screen.signIn()?.href).toBe(authorizationUrl(2));
});

test('says what is going on, and how to go on', async () => {
  const screen = await openProvider();
  expect(screen.find('ContextView')).toMatchObject({title: 'Waiting for you'});
  expect(screen.find('Link', 'Open Example again')).toMatchObject({
    href: authorizationUrl(1),
    target: '_blank',
  });
  await screen.press('Link', 'Start over');
  expect(screen.signIn()?.href).toBe(authorizationUrl(2));
});

test('notices the link that another tab makes', async () => {
  const screen = await openProvider();
  await pass(2_999);
  expect(screen.polls()).toBe(0);
  world.replies.userinfo = () => success(ada);
  await pass(1);
  expect(screen.text()).toContain('Linked to Ada Lovelace');
  expect(world.dashboard.showToast).toHaveBeenCalledTimes(1);
});

test('asks ever more slowly, and no more after the deadline', async () => {
  const screen = await openProvider();
  await pass(MINUTE);
  const early = screen.polls();
  expect(early).toBeGreaterThan(5);
  expect(early).toBeLessThan(10);

  await pass(9 * MINUTE);
  expect(screen.polls() - early).toBeLessThanOrEqual(9 * 4 + 1);
  expect(screen.text()).toContain('The time for this sign-in is over');
  expect(screen.find('Link')).toBeUndefined();

  const all = screen.polls();
  await pass(10 * MINUTE);
  expect(screen.polls()).toBe(all);
});

test('starting over after the deadline finds a link made at the last moment', async () => {
  const screen = await openProvider();
  await pass(10 * MINUTE);
  world.replies.userinfo = () => success(ada);
  await screen.press('Button', 'Start over');
  expect(screen.text()).toContain('Ada Lovelace');
});

test.each([
  ['an outage', () => refusal(503, 'secret_store_unavailable')],
  ['a rate limit', () => refusal(429, 'rate_limited')],
  ['no network', () => Promise.reject(new TypeError('Failed to fetch'))],
  ['an ended link', () => refusal(401, 'reconnect_required')],
])('%s does not end the wait', async (_, reply) => {
  const screen = await openProvider();
  world.replies.userinfo = reply;
  await pass(MINUTE);
  expect(screen.text()).toContain('Waiting for you');
});

test('what waiting cannot mend ends it', async () => {
  const screen = await openProvider();
  world.replies.userinfo = () => refusal(403, 'secret_store_denied');
  await pass(3_000);
  expect(screen.find('Banner')).toMatchObject({type: 'critical'});
});

test('a view that is gone asks no more', async () => {
  const screen = await openProvider();
  await screen.replace(null);
  await pass(10 * MINUTE);
  expect(screen.polls()).toBe(0);
});

test('nor when it went while it was asking', async () => {
  const screen = await openProvider();
  let fail!: () => void;
  world.replies.userinfo = () =>
    new Promise((_, reject) => (fail = () => reject(new TypeError('Failed to fetch'))));
  await pass(3_000);
  await screen.replace(null);
  fail();
  await pass(10 * MINUTE);
  expect(screen.polls()).toBe(1);
});
