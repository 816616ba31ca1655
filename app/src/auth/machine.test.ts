import {ada} from '../testing/world';
import {BackendError} from './backend';
import {meansSignedOut, reduce, type Event, type State} from './machine';

const authorization = {url: 'https://provider.example/authorize', expiresAt: 600_000};
const http = (status: number, code: string) => new BackendError('http', code, {status});
const failure = (status: number, code: string): Event => ({type: 'failed', error: http(status, code)});

const checking = {name: 'checking'} as State;
const ready: State = {name: 'signedOut', authorization};
const waiting: State = {name: 'waiting', authorization, timedOut: false};
const completing: State = {name: 'completing', code: 'K', verifier: 'V'};
const signingOut: State = {name: 'signingOut'};

test('a link that was there needs no notice, a new one does', () => {
  const linked: Event = {type: 'linked', user: ada};
  expect(reduce(checking, linked)).toEqual({name: 'signedIn', user: ada, justLinked: false});
  expect(reduce(waiting, linked)).toEqual({name: 'signedIn', user: ada, justLinked: true});
  expect(reduce(completing, linked)).toEqual({name: 'signedIn', user: ada, justLinked: true});
});

test('the way to a link and back', () => {
  const events: Event[] = [
    failure(401, 'not_connected'),
    {type: 'authorized', authorization},
    {type: 'providerOpened'},
    {type: 'linked', user: ada},
    {type: 'signOut'},
    {type: 'unlinked'},
  ];
  let state = checking;
  const names = events.map((event) => {
    state = reduce(state, event);
    return state.name;
  });
  expect(names).toEqual(['signedOut', 'signedOut', 'waiting', 'signedIn', 'signingOut', 'signedOut']);
});

test.each(['reconnect_required', 'email_unverified', 'code_rejected', 'access_denied'])(
  '401 %s signs out and keeps the reason',
  (code) => {
    expect(reduce(checking, failure(401, code))).toEqual({name: 'signedOut', reason: code});
    expect(reduce(completing, failure(401, code))).toEqual({name: 'signedOut', reason: code});
  },
);

test('that nobody is linked is no reason, and does not hide one', () => {
  const none = failure(401, 'not_connected');
  expect(reduce(checking, none)).toEqual({name: 'signedOut', reason: undefined});
  expect(reduce({name: 'checking', reason: 'access_denied'}, none)).toEqual({
    name: 'signedOut',
    reason: 'access_denied',
  });
});

test('a view that finds no link any more leads to the sign-in, and says why', () => {
  const signedIn: State = {name: 'signedIn', user: ada, justLinked: false};
  const ended = (code: string): Event => ({type: 'linkEnded', error: http(401, code)});
  expect(reduce(signedIn, ended('reconnect_required'))).toEqual({name: 'signedOut', reason: 'reconnect_required'});
  expect(reduce(signedIn, ended('not_connected'))).toEqual({name: 'signedOut', reason: undefined});
  expect(reduce(signingOut, ended('not_connected'))).toBe(signingOut);
});

test.each([
  http(400, 'signature_expired'),
  http(401, 'unreadable_answer'),
  http(403, 'identity_changed'),
  http(403, 'access_denied'),
  http(429, 'rate_limited'),
  http(500, 'internal'),
  http(503, 'secret_store_unavailable'),
  new BackendError('network', 'backend_unreachable'),
  new BackendError('signature', 'signature_unavailable'),
])('$message is never a sign-out', (error) => {
  expect(meansSignedOut(error)).toBe(false);
  expect(reduce(checking, {type: 'failed', error}).name).toBe('failed');
});

test.each([checking, ready, waiting, completing, signingOut])(
  'retry after a failure in $name repeats just that',
  (state) => {
    const failed = reduce(state, failure(503, 'provider_unavailable'));
    expect(reduce(failed, {type: 'retry'})).toBe(state);
  },
);

test('starting over looks for a link first', () => {
  expect(reduce(waiting, {type: 'startOver'})).toEqual(checking);
});

test('a stale authorization goes, the reason stays', () => {
  const state: State = {...ready, reason: 'code_rejected'};
  expect(reduce(state, {type: 'authorizationStale'})).toEqual({
    name: 'signedOut',
    reason: 'code_rejected',
    authorization: undefined,
  });
});

test('time runs out only while waiting', () => {
  expect(reduce(waiting, {type: 'timedOut'})).toEqual({...waiting, timedOut: true});
  expect(reduce(checking, {type: 'timedOut'})).toBe(checking);
});

test.each<[string, State, Event]>([
  ['authorization', waiting, {type: 'authorized', authorization}],
  ['staleness', waiting, {type: 'authorizationStale'}],
  ['press without an authorization', {name: 'signedOut'}, {type: 'providerOpened'}],
  ['retry', checking, {type: 'retry'}],
])('an event out of place changes nothing: %s', (_, state, event) => {
  expect(reduce(state, event)).toBe(state);
});
