import {brand, type Brand} from '../brand';
import type {State} from './machine';

/** A way out of an error: the label of its button, and the event that this sends. */
export interface Remedy {
  label: string;
  event: 'retry' | 'startOver' | 'signOut';
}

export interface Message {
  /** In the table, `{provider}` stands for the provider's name. */
  text: string;
  remedy?: Remedy;
}

interface Entry extends Message {
  /** Nobody's fault here, and it passes: what that means for the user depends on what they were doing. */
  outage?: true;
  /**
   * Only ever comes before the provider's code is used, or in place of an answer that the back end gives
   * again. After anything else the code may be spent, and finishing the sign-in once more could not succeed.
   */
  leavesCode?: true;
}

const RETRY: Remedy = {label: 'Retry', event: 'retry'};
export const START_OVER: Remedy = {label: 'Start over', event: 'startOver'};
const SIGN_IN_AGAIN: Remedy = {label: 'Sign in again', event: 'startOver'};
export const SIGN_OUT: Remedy = {label: 'Sign out', event: 'signOut'};

const NOT_SET_UP = 'This app is not set up correctly. Please tell its developer.';
const UNPROVEN = 'The app could not prove to its server who you are.';

const MESSAGES = new Map<string, Entry>(Object.entries({
  // The request itself.
  signature_missing: {
    text: `${UNPROVEN} Reload the page and try again.`,
    remedy: RETRY,
    leavesCode: true,
  },
  signature_invalid: {
    text: `${UNPROVEN} If trying again does not help, tell the app's developer.`,
    remedy: RETRY,
    leavesCode: true,
  },
  signature_expired: {
    text: `${UNPROVEN} Check this computer's clock and try again.`,
    remedy: RETRY,
    leavesCode: true,
  },
  bad_request: {text: `The app sent something its server does not understand. ${NOT_SET_UP}`},
  not_found: {text: `The app asked for something its server does not have. ${NOT_SET_UP}`},
  unknown_call: {text: `The app asked for a call that its server does not know. ${NOT_SET_UP}`},
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
    text: 'You did not give access at {provider}, so nothing was linked.',
    remedy: SIGN_IN_AGAIN,
  },
  code_rejected: {text: '{provider} did not accept this sign-in.', remedy: SIGN_IN_AGAIN},
  email_unverified: {
    text: 'Your e-mail address at {provider} is not verified. Verify it there first.',
    remedy: SIGN_IN_AGAIN,
  },

  // The link.
  not_connected: {text: 'No account is linked yet.', remedy: SIGN_IN_AGAIN},
  reconnect_required: {text: '{provider} has ended the access it gave.', remedy: SIGN_IN_AGAIN},
  identity_changed: {
    text: 'The linked {provider} account has become another one. End the link, then sign in again.',
    remedy: SIGN_OUT,
  },
  role_required: {
    text:
      'Only an administrator of this Stripe account may do this. Ask one to do it, or to give you that role; Stripe ' +
      'may want you to sign in anew before it counts.',
    remedy: START_OVER,
  },
  secret_store_denied: {
    text: 'Stripe does not let this app keep your link. An administrator may have to install it again.',
    remedy: RETRY,
  },

  // Servers. None of these signs anybody out.
  rate_limited: {text: 'There are too many requests just now. Wait a moment.', remedy: RETRY},
  client_misconfigured: {text: NOT_SET_UP},
  internal: {text: "The app's server made a mistake.", remedy: RETRY, outage: true},
  provider_error: {text: '{provider} gave an unusable answer.', remedy: RETRY, outage: true},
  provider_unavailable: {text: '{provider} is out of reach.', remedy: RETRY, outage: true},
  secret_store_unavailable: {text: 'Stripe is out of reach.', remedy: RETRY, outage: true},
  settings_unavailable: {
    text: "The app's server is still starting.",
    remedy: RETRY,
    outage: true,
    leavesCode: true,
  },

  // The app's own, where it asks Stripe by itself.
  stripe_denied: {
    text:
      'Stripe does not let you see this here. An administrator may have to give you another role, or to accept what ' +
      'this app asks for.',
    remedy: RETRY,
  },
  stripe_unavailable: {text: 'Stripe is out of reach.', remedy: RETRY, outage: true},

  // The app's own, where no answer of the back end came.
  signature_unavailable: {
    text: 'Stripe did not sign the request. Reload the page; a new app has to be uploaded to Stripe once.',
    remedy: RETRY,
    leavesCode: true,
  },
  backend_unreachable: {
    text: "The app's server is out of reach. Check your connection.",
    remedy: RETRY,
    outage: true,
    leavesCode: true,
  },
  unreadable_answer: {
    text: "The app's server gave an unusable answer.",
    remedy: RETRY,
    outage: true,
    leavesCode: true,
  },
}));

/** What a code means only where a sign-in is finished. */
const WHILE_COMPLETING = new Map<string, Entry>(Object.entries({
  // Never for a user's own link, which a new one replaces.
  identity_changed: {
    text:
      'This Stripe account is linked to another {provider} account, so nothing was changed. End that link first, or ' +
      'start over and sign in as before.',
    remedy: START_OVER,
  },
}));

const UNKNOWN: Entry = {
  text:
    "The app's server answered with an error that this version of the app does not know. Reload the page " +
    "to get the newest version. If that does not help, send the error code to the app's developer.",
  remedy: RETRY,
};

/** What an outage means, by what was going on when it began. */
const CONSEQUENCES: {[name in State['name']]?: string} = {
  checking: 'Your link is untouched.',
  signedIn: 'Your link is untouched.',
  relinking: 'Your link is untouched.',
  completing: 'The sign-in is not finished.',
  signingOut: 'Your account may still be linked.',
};

/** What to tell the user about an error code of the back end or of the app, that ended the state `during`. */
export function messageFor(code: string, during: State['name'], {provider}: Brand = brand): Message {
  const special = during === 'completing' ? WHILE_COMPLETING.get(code) : undefined;
  const {text, remedy, outage, leavesCode} = special ?? MESSAGES.get(code) ?? UNKNOWN;
  const spent = during === 'completing' && remedy === RETRY && !leavesCode;
  return {
    text: [text, outage && CONSEQUENCES[during]].filter(Boolean).join(' ').split('{provider}').join(provider),
    remedy: spent ? START_OVER : remedy,
  };
}

/** What to tell the user about a provider's answer to a declared call, if there is nothing in it to show. */
export function refusalFor(status: number, {provider}: Brand): string {
  if (status < 300) {
    return `${provider} gave an unusable answer.`;
  }
  switch (status) {
    case 401:
    case 403:
      return `${provider} does not let the linked account see or do this.`;
    case 404:
    case 410:
      return `${provider} does not have this.`;
    default:
      return `${provider} refused this, with status ${status}.`;
  }
}

/** Why nobody is linked: a code of the back end, or what the provider told in `oauthContext.error`. */
export function reasonFor(code: string, brand: Brand): string {
  return messageFor(code, 'signedOut', brand).text;
}
