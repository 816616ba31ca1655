import {contextProps} from '../testing/context';
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
  jest.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.timeout(1));
  world.dashboard.createOAuthState.mockReturnValue(new Promise(() => undefined));
  const error = await failureOf(backend().login(signal));
  expect(error).toMatchObject({phase: 'signature', code: 'signature_unavailable'});
});

test('what is cancelled reaches fetch', async () => {
  const controller = new AbortController();
  await failureOf(backend().userinfo(controller.signal));
  controller.abort();
  expect(world.calls[0]?.init.signal?.aborted).toBe(true);
});

test('without an address there is no request, and the developer is to be told', async () => {
  const error = await failureOf(backend({constants: {}}).userinfo(signal));
  expect(error.code).toBe('client_misconfigured');
  expect(world.dashboard.fetchStripeSignature).not.toHaveBeenCalled();
});

