import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {brand} from '../brand';
import type {State} from './machine';
import {messageFor, reasonFor, refusalFor} from './messages';

const source = readFileSync(join(__dirname, '../../../shared/src/error.rs'), 'utf8');
const ROWS = source.matchAll(/\banswer\(\s*Status::\w+,\s*"(\w+)"/g);
const BACKEND_CODES = [...new Set([...ROWS].map((match) => match[1]!))];
const OWN_CODES = [
  ...['signature_unavailable', 'backend_unreachable', 'unreadable_answer', 'role_required'],
  ...['stripe_denied', 'stripe_unavailable'],
];
const CODES = [...new Set([...BACKEND_CODES, ...OWN_CODES])];
const STATES: State['name'][] = ['checking', 'signedOut', 'waiting', 'completing', 'signedIn', 'signingOut'];
const UNKNOWN = messageFor('a code that nobody has', 'checking');

/**
 * How a sign-in that ended in a code goes on. A provider's code is good once, so "retry" is only for what
 * comes before its exchange, and for answers that were lost on the way: those of a link that was made are
 * given again.
 */
const AFTER_COMPLETE: {[code: string]: 'retry' | 'startOver' | 'signOut' | 'developer'} = {
  signature_missing: 'retry',
  signature_invalid: 'retry',
  signature_expired: 'retry',
  bad_request: 'developer',
  state_invalid: 'startOver',
  state_expired: 'startOver',
  not_connected: 'startOver',
  reconnect_required: 'startOver',
  email_unverified: 'startOver',
  code_rejected: 'startOver',
  access_denied: 'startOver',
  identity_mismatch: 'startOver',
  identity_changed: 'startOver',
  role_required: 'startOver',
  secret_store_denied: 'startOver',
  not_found: 'developer',
  flow_disabled: 'developer',
  unknown_call: 'developer',
  method_not_allowed: 'developer',
  rate_limited: 'startOver',
  client_misconfigured: 'developer',
  internal: 'startOver',
  provider_error: 'startOver',
  provider_unavailable: 'startOver',
  secret_store_unavailable: 'startOver',
  settings_unavailable: 'retry',
  signature_unavailable: 'retry',
  backend_unreachable: 'retry',
  unreadable_answer: 'retry',
  // Never comes while a sign-in is finished.
  stripe_denied: 'startOver',
  stripe_unavailable: 'startOver',
};

test('the table is of all codes there are', () => {
  expect(BACKEND_CODES.length).toBeGreaterThan(20);
  expect(Object.keys(AFTER_COMPLETE).sort()).toEqual([...CODES].sort());
});

test.each(CODES)('%s while a sign-in is finished offers no retry that cannot succeed', (code) => {
  const event = messageFor(code, 'completing').remedy?.event ?? 'developer';
  expect(event).toBe(AFTER_COMPLETE[code]);
});

test.each(CODES)('%s has a sentence of its own, and says what to do', (code) => {
  for (const state of STATES) {
    const {text, remedy} = messageFor(code, state);
    expect(text).toMatch(/^[A-Z].+\.$/);
    expect(text).not.toContain('went wrong');
    expect(text).not.toBe(messageFor('a code that nobody has', state).text);
    expect(remedy ?? text).toEqual(remedy ?? expect.stringContaining('tell its developer'));
  }
});

test.each(['a code of tomorrow', '', 'constructor', '__proto__'])(
  '"%s", unknown, says what happened and what to do',
  (code) => {
    const {text, remedy} = messageFor(code, 'checking');
    expect(text).toBe(UNKNOWN.text);
    expect(text).toContain('an error that this version of the app does not know');
    expect(text).toContain('Reload the page');
    expect(remedy?.event).toBe('retry');
    expect(messageFor(code, 'completing').remedy?.event).toBe('startOver');
  },
);

test.each(['provider_unavailable', 'secret_store_unavailable', 'settings_unavailable', 'backend_unreachable'])(
  '%s leaves a link untouched, and claims no more than that',
  (code) => {
    expect(messageFor(code, 'checking').text).toContain('Your link is untouched.');
    expect(messageFor(code, 'signedOut').text).not.toContain('link');
    expect(messageFor(code, 'completing').text).toContain('not finished');
    expect(messageFor(code, 'signingOut').text).toContain('may still be linked');
  },
);

test.each<[number, string]>([
  [401, 'Books does not let the linked account see or do this.'],
  [403, 'Books does not let the linked account see or do this.'],
  [404, 'Books does not have this.'],
  [410, 'Books does not have this.'],
  [422, 'Books refused this, with status 422.'],
  [200, 'Books gave an unusable answer.'],
])('what %i says to a call can be told', (status, text) => {
  expect(refusalFor(status, {...brand, provider: 'Books'})).toBe(text);
});

test('messages name the provider of the link', () => {
  const books = {...brand, provider: 'Books'};
  expect(messageFor('provider_unavailable', 'checking', books).text).toBe(
    'Books is out of reach. Your link is untouched.',
  );
  expect(reasonFor('reconnect_required', books)).toBe('Books has ended the access it gave.');
  for (const code of CODES) {
    expect(messageFor(code, 'completing').text).not.toMatch(/[{}]/);
  }
});

test('another account at the provider means one thing for a link that is there, another for a new one', () => {
  expect(messageFor('identity_changed', 'checking')).toMatchObject({
    text: expect.stringContaining('has become another one'),
    remedy: {event: 'signOut'},
  });
  expect(messageFor('identity_changed', 'completing')).toMatchObject({
    text: expect.stringContaining('is linked to another Example account, so nothing was changed'),
    remedy: {event: 'startOver'},
  });
});
