import {contextProps} from '../testing/context';
import {settle} from '../testing/screen';
import {ada, createWorld, success, type World} from '../testing/world';
import {createBackend, type BackendError} from './backend';

const CHALLENGE_FIELDS = {state: 'S', challenge: 'C'};
const IDS = '"user_id":"usr_1234","account_id":"acct_1234"';

let world: World;
let signal: AbortSignal;

beforeEach(() => {
  world = createWorld();
  signal = new AbortController().signal;
});

const backend = (options?: Parameters<typeof contextProps>[1]) =>
  createBackend(contextProps(undefined, options));

const failureOf = (promise: Promise<unknown>): Promise<BackendError> =>
  promise.then(
    () => Promise.reject(new Error('It succeeded.')),
    (error) => error,
  );

test('sends the bytes that were signed, with nothing that would cost a preflight', async () => {
  await backend().complete('K', 'V');

  expect(world.dashboard.fetchStripeSignature).toHaveBeenCalledWith({
    purpose: 'complete',
    mode: 'test',
    code: 'K',
    verifier: 'V',
  });
  const [call] = world.calls;
  expect(call?.url).toBe('https://api.example.com/api/oauth/authorize');
  expect(call?.init.method).toBe('POST');
  expect(call?.init.headers).toEqual({'Content-Type': 'text/plain'});
  expect(call?.init.body).toBe(
    JSON.stringify({
      payload: `{"purpose":"complete","mode":"test","code":"K","verifier":"V",${IDS}}`,
      signature: 't=1,v1=signature',
    }),
  );
});

test('signs each operation for its own purpose', async () => {
  const {login, userinfo, logout} = backend();
  await login(signal);
  world.replies.userinfo = () => success(ada);
  await userinfo(signal);
  await logout();

  expect(world.dashboard.fetchStripeSignature.mock.calls).toEqual([
    [{purpose: 'login', mode: 'test', ...CHALLENGE_FIELDS}],
    [{purpose: 'userinfo', mode: 'test'}],
    [{purpose: 'logout', mode: 'test'}],
  ]);
});

test('says so when the account is a sandbox, and only then', async () => {
  await failureOf(backend({isSandbox: true}).userinfo(signal));
  expect(world.calls[0]?.envelope.payload).toBe(
    `{"purpose":"userinfo","mode":"test","is_sandbox":true,${IDS}}`,
  );
});

test('gives what the back end answers', async () => {
  world.replies.login = () =>
    success({authorization_url: 'https://provider.example/', expires_at: 1_700_000_000});
  await expect(backend().login(signal)).resolves.toEqual({
    url: 'https://provider.example/',
    expiresAt: 1_700_000_000_000,
  });
  await expect(backend().complete('K', 'V')).resolves.toEqual(ada);
  await expect(backend().logout()).resolves.toBeUndefined();
});

test('a refusal has its status, code and request', async () => {
  const error = await failureOf(backend().userinfo(signal));
  expect(error).toMatchObject({phase: 'http', status: 401, code: 'not_connected', requestId: 'req-1'});
});

test.each([
  ['a gateway', 503, '{"message":"Service Unavailable"}'],
  ['a proxy', 502, '<html>'],
  ['a captive portal', 200, '<html>'],
  ['nobody in particular', 500, 'null'],
])('an answer of %s has no code of the back end', async (_, status, text) => {
  world.replies.userinfo = () => ({status, text});
  const error = await failureOf(backend().userinfo(signal));
  expect(error).toMatchObject({phase: 'http', status, code: 'unreadable_answer'});
});

test('without an answer the network failed', async () => {
  world.replies.userinfo = () => Promise.reject(new TypeError('Failed to fetch'));
  const error = await failureOf(backend().userinfo(signal));
  expect(error).toMatchObject({phase: 'network', code: 'backend_unreachable', status: undefined});
});

test('without a signature nothing is sent', async () => {
  world.dashboard.fetchStripeSignature.mockRejectedValue(new Error('No such app'));
  const error = await failureOf(backend().userinfo(signal));
  expect(error).toMatchObject({phase: 'signature', code: 'signature_unavailable'});
  expect(world.calls).toEqual([]);
});

test('a Dashboard that never answers is given up', async () => {
  jest.useFakeTimers();
  try {
    world.dashboard.createOAuthState.mockReturnValue(new Promise(() => undefined));
    const failure = failureOf(backend().login(signal));
    await jest.advanceTimersByTimeAsync(30_000);
    expect(await failure).toMatchObject({phase: 'signature', code: 'signature_unavailable'});
    expect(jest.getTimerCount()).toBe(0);
  } finally {
    jest.useRealTimers();
  }
});

test('what is cancelled reaches fetch', async () => {
  const controller = new AbortController();
  world.replies.userinfo = () => new Promise(() => undefined);
  const failure = failureOf(backend().userinfo(controller.signal));
  await settle();
  controller.abort();
  expect(world.calls[0]?.init.signal?.aborted).toBe(true);
  expect(await failure).toMatchObject({phase: 'network', code: 'backend_unreachable'});
});

test('what was cancelled before it began ends, though the Dashboard never answers', async () => {
  const controller = new AbortController();
  controller.abort();
  world.dashboard.fetchStripeSignature.mockReturnValue(new Promise(() => undefined));
  const error = await failureOf(backend().userinfo(controller.signal));
  expect(error).toMatchObject({phase: 'signature', code: 'signature_unavailable'});
  expect(world.calls).toEqual([]);
});

test.each([undefined, null, {}, {API_BASE: 5}, [], 'text'])(
  'without an address of the Dashboard (%j), the one of the build is asked',
  async (constants) => {
    await failureOf(backend({constants}).userinfo(signal));
    expect(world.calls[0]?.url).toBe('https://api.example.com/api/oauth/userinfo');
  },
);

test('the address of the Dashboard comes first, with a slash or without', async () => {
  await failureOf(backend({constants: {API_BASE: 'https://other.example/api/oauth/'}}).userinfo(signal));
  expect(world.calls[0]?.url).toBe('https://other.example/api/oauth/userinfo');
});

// Each of these would leave the app with an address or a user that is none.
test.each([
  ['login', '"text"'],
  ['login', '[]'],
  ['login', '{"authorization_url":5,"expires_at":1}'],
  ['login', '{"authorization_url":"https://provider.example/"}'],
  ['userinfo', '{"name":"Ada"}'],
  ['userinfo', '7'],
  ['authorize', '{}'],
  ['logout', 'true'],
])('a success of %s that says %s is none', async (endpoint, text) => {
  world.replies[endpoint] = () => ({status: 200, text});
  const {login, userinfo, complete, logout} = backend();
  const operations: {[endpoint: string]: () => Promise<unknown>} = {
    login: () => login(signal),
    userinfo: () => userinfo(signal),
    authorize: () => complete('K', 'V'),
    logout,
  };
  const error = await failureOf(operations[endpoint]!());
  expect(error).toMatchObject({phase: 'http', status: 200, code: 'unreadable_answer'});
});

test.each(['{"error":{"code":5}}', '{"error":"code"}', '{"error":null}', '[]', '"error"'])(
  'an error of %s has no code of the back end',
  async (text) => {
    world.replies.userinfo = () => ({status: 400, text});
    const error = await failureOf(backend().userinfo(signal));
    expect(error).toMatchObject({phase: 'http', status: 400, code: 'unreadable_answer'});
  },
);
