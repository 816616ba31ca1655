import {brand} from '../brand';

/** A way out of an error: the label of its button, and the event that this sends. */
export interface Remedy {
  label: string;
  event: 'retry' | 'startOver' | 'signOut';
}

export interface Message {
  text: string;
  remedy?: Remedy;
}

const RETRY: Remedy = {label: 'Retry', event: 'retry'};
const START_OVER: Remedy = {label: 'Start over', event: 'startOver'};
const SIGN_IN_AGAIN: Remedy = {label: 'Sign in again', event: 'startOver'};
const SIGN_OUT: Remedy = {label: 'Sign out', event: 'signOut'};

const {provider} = brand;
const NOT_SET_UP = 'This app is not set up correctly. Please tell its developer.';
const UNPROVEN = 'The app could not prove to its server who you are.';

const MESSAGES = new Map<string, Message>(Object.entries({
  // The request itself.
  signature_missing: {text: `${UNPROVEN} Reload the page and try again.`, remedy: RETRY},
  signature_invalid: {
    text: `${UNPROVEN} If trying again does not help, tell the app's developer.`,
    remedy: RETRY,
  },
  signature_expired: {text: `${UNPROVEN} Check this computer's clock and try again.`, remedy: RETRY},
  bad_request: {text: `The app sent something its server does not understand. ${NOT_SET_UP}`},
  not_found: {text: `The app asked for something its server does not have. ${NOT_SET_UP}`},
  method_not_allowed: {text: `The app asked its server in the wrong way. ${NOT_SET_UP}`},
  flow_disabled: {text: `Signing in from here is switched off. ${NOT_SET_UP}`},

  // The sign-in.
  state_invalid: {text: 'This sign-in does not belong here any more.', remedy: START_OVER},
  state_expired: {text: 'This sign-in took too long.', remedy: START_OVER},
  identity_mismatch: {
    text: 'Someone else, or another browser, began this sign-in, so nothing was linked.',
    remedy: START_OVER,
  },
  access_denied: {
    text: `You did not give access at ${provider}, so nothing was linked.`,
    remedy: SIGN_IN_AGAIN,
  },
  code_rejected: {text: `${provider} did not accept this sign-in.`, remedy: SIGN_IN_AGAIN},
  email_unverified: {
    text: `Your e-mail address at ${provider} is not verified. Verify it there first.`,
    remedy: SIGN_IN_AGAIN,
  },

  // The link.
  not_connected: {text: 'No account is linked yet.', remedy: SIGN_IN_AGAIN},
  reconnect_required: {text: `${provider} has ended the access it gave.`, remedy: SIGN_IN_AGAIN},
  identity_changed: {
    text: `The linked ${provider} account has become another one. Sign out, then sign in again.`,
    remedy: SIGN_OUT,
  },
  secret_store_denied: {
    text: 'Stripe does not let this app keep your link. An administrator may have to install it again.',
    remedy: RETRY,
  },

  // Servers. None of these signs anybody out, and the sentence says so.
  rate_limited: {text: 'There are too many requests just now. Wait a moment.', remedy: RETRY},
  client_misconfigured: {text: NOT_SET_UP},
  internal: {text: "The app's server made a mistake. Your link is untouched.", remedy: RETRY},
  provider_error: {text: `${provider} gave an unusable answer. Your link is untouched.`, remedy: RETRY},
  provider_unavailable: {text: `${provider} is out of reach. Your link is untouched.`, remedy: RETRY},
  secret_store_unavailable: {text: 'Stripe is out of reach. Your link is untouched.', remedy: RETRY},
  settings_unavailable: {text: "The app's server is still starting. Your link is untouched.", remedy: RETRY},

  // The app's own, where no answer of the back end came.
  signature_unavailable: {
    text: 'Stripe did not sign the request. Reload the page; a new app has to be uploaded to Stripe once.',
    remedy: RETRY,
  },
  backend_unreachable: {
    text: "The app's server is out of reach. Check your connection. Your link is untouched.",
    remedy: RETRY,
  },
  unreadable_answer: {text: "The app's server gave an unusable answer. Your link is untouched.", remedy: RETRY},
}));

const UNKNOWN: Message = {text: 'Something went wrong. Your link is untouched.', remedy: RETRY};

/** What to tell the user about an error code, be it the back end's, the app's own or of `oauthContext`. */
export function messageFor(code: string): Message {
  return MESSAGES.get(code) ?? UNKNOWN;
}
