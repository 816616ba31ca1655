import {createHash} from 'node:crypto';
import {BackendError} from '../auth/backend';
import {brand} from '../brand';
import {theBackEnd, type BackEnd} from '../config';
import {administrator, contextProps, viewOnly} from '../testing/context';
import {answered, createWorld, jenny, refusal, type World} from '../testing/world';
import {createCall} from './call';

let world: World;
const linkEnded = jest.fn();

beforeEach(() => {
  world = createWorld();
  linkEnded.mockClear();
});

type Roles = NonNullable<Parameters<typeof contextProps>[1]>['roles'];
const CONTACT = {id: 'c-3'};

const call = createCall(contextProps(), theBackEnd, linkEnded);
const received = () => world.to('call').pop()!;
const failureOf = (promise: Promise<unknown>): Promise<BackendError> =>
  promise.then(
    () => Promise.reject(new Error('It succeeded.')),
    (error) => error,
  );

test('a call is signed with its name and its parameters, and nothing else', async () => {
  world.replies.call = () => answered(jenny);
  await expect(call('contacts.get', CONTACT)).resolves.toEqual({status: 200, body: jenny});
  const {url, payload, envelope} = received();
  expect(url).toBe('https://api.example.com/api/oauth/call');
  expect(payload).toMatchObject({purpose: 'call', request: '{"call":"contacts.get","parameters":{"id":"c-3"}}'});
  expect(Object.keys(payload)).toEqual(['purpose', 'mode', 'request', 'user_id', 'account_id']);
  expect(Object.keys(envelope)).toEqual(['payload', 'signature']);
});

test('what the provider answers is an answer, whatever its status', async () => {
  world.replies.call = () => answered(null, 404);
  await expect(call('contacts.get', CONTACT)).resolves.toEqual({status: 404, body: null});
});

test.each([
  [500, false],
  [501, true],
])('of a request of %i characters the hash is signed: %p', async (length, isHashed) => {
  world.replies.call = () => answered({id: 'n-1'}, 201);
  const requestWith = (text: string) => `{"call":"notes.create","parameters":{},"body":"${text}"}`;
  const text = 'é'.repeat(length - requestWith('').length);
  await call('notes.create', {}, {body: text});
  const request = requestWith(text);
  const {payload, envelope} = received();
  expect(payload.request).toBe(isHashed ? undefined : request);
  expect(payload.request_sha256).toBe(isHashed ? createHash('sha256').update(request).digest('hex') : undefined);
  expect(envelope.request).toBe(isHashed ? request : undefined);
});

test('each write has an id, which its next try can have, too', async () => {
  world.replies.call = () => answered({id: 'n-1'}, 201);
  const ids = [];
  for (const id of [undefined, undefined, 'note-1', 'note-1']) {
    await call('notes.create', {}, {body: {text: 'Called back.'}, id});
    ids.push(received().payload.id);
  }
  expect(ids.slice(2)).toEqual(['note-1', 'note-1']);
  expect(ids[0]).not.toBe(ids[1]);
  expect(ids[0]).toMatch(/^[\d-]{7,43}$/);
  await call('contacts.get', CONTACT);
  expect(received().payload.id).toBeUndefined();
});

describe('a call for some', () => {
  const roles: ['admin:Administrator', 'super_admin:Super Administrator'] = [
    'admin:Administrator',
    'super_admin:Super Administrator',
  ];
  const backEnd = {name: '', brand, calls: {end: {path: '/', roles}, see: {path: '/', roles: 'any' as const}}};
  const callAs = (member: Roles) => createCall(contextProps(undefined, {roles: member}), backEnd, linkEnded);

  test('has the one role of the user that it asks for', async () => {
    world.replies.call = () => answered(null);
    await callAs([viewOnly, administrator])('end');
    expect(received().payload.stripe_roles).toEqual([{id: 'admin', type: 'builtIn', name: 'Administrator'}]);
  });

  test('is not sent for others', async () => {
    const error = await failureOf(callAs([viewOnly])('end'));
    expect(error).toMatchObject({phase: 'signature', code: 'role_required'});
    expect(world.calls).toHaveLength(0);
  });

  test('leaves the calls for all without a role', async () => {
    world.replies.call = () => answered(null);
    await callAs([administrator])('see');
    expect(received().payload.stripe_roles).toBeUndefined();
  });
});

test.each([
  [401, 'not_connected', true],
  [401, 'reconnect_required', true],
  [403, 'role_required', false],
  [429, 'rate_limited', false],
  [503, 'provider_unavailable', false],
])('%i %s rejects, and ends the link: %p', async (status, code, ends) => {
  world.replies.call = () => refusal(status, code);
  const error = await failureOf(call('contacts.list'));
  expect(error).toMatchObject({status, code, requestId: 'req-1'});
  expect(linkEnded.mock.calls).toEqual(ends ? [[error]] : []);
});

test('a call goes to the back end that declares it', async () => {
  const base = 'https://books.example.com/api/oauth';
  const books: BackEnd<{list: {path: '/entries'}}> = {name: 'BOOKS', brand, calls: {list: {path: '/entries'}}};
  world.replies.call = () => answered([]);
  const constants = {API_BASE_BOOKS: base};
  await createCall(contextProps(undefined, {constants}), books, linkEnded)('list');
  expect(received().url).toBe(`${base}/call`);
});

test('a call can be cancelled', async () => {
  world.replies.call = () => new Promise(() => undefined);
  const cancelling = new AbortController();
  const failure = failureOf(call('contacts.list', {}, {cancelled: cancelling.signal}));
  cancelling.abort();
  expect(await failure).toMatchObject({phase: 'signature'});
});
