import {messageFor} from './messages';

const UNKNOWN = messageFor('a code that nobody has');

const BACKEND_CODES = [
  'signature_missing', 'signature_invalid', 'signature_expired', 'bad_request',
  'state_invalid', 'state_expired',
  'not_connected', 'reconnect_required', 'email_unverified', 'code_rejected', 'access_denied',
  'identity_mismatch', 'identity_changed', 'secret_store_denied',
  'not_found', 'flow_disabled', 'method_not_allowed',
  'rate_limited',
  'client_misconfigured', 'internal',
  'provider_error', 'provider_unavailable', 'secret_store_unavailable', 'settings_unavailable',
];
const OWN_CODES = ['signature_unavailable', 'backend_unreachable', 'unreadable_answer'];

test.each([...BACKEND_CODES, ...OWN_CODES])('%s has a sentence of its own', (code) => {
  const {text} = messageFor(code);
  expect(text).toMatch(/^[A-Z].+\.$/);
  expect(text).not.toBe(UNKNOWN.text);
});

test.each(['a code of tomorrow', '', 'constructor', '__proto__'])('"%s", unknown, can be retried', (code) => {
  expect(messageFor(code)).toBe(UNKNOWN);
  expect(UNKNOWN.remedy?.event).toBe('retry');
});

test.each(['flow_disabled', 'client_misconfigured'])('%s is for the developer, no button helps', (code) => {
  const {text, remedy} = messageFor(code);
  expect(text).toContain('tell its developer');
  expect(remedy).toBeUndefined();
});

test('an outage says that the link is untouched', () => {
  for (const code of ['provider_unavailable', 'secret_store_unavailable', 'settings_unavailable']) {
    expect(messageFor(code).text).toContain('Your link is untouched.');
  }
});
