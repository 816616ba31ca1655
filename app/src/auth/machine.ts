import type {Authorization, BackendError, LinkedUser} from './backend';

/** Where a user stands. Entering a state starts its task (tasks.ts), leaving it stops the task. */
export type State =
  /** Asking who is linked; `reason` is what the provider said just before. */
  | {name: 'checking'; reason?: string}
  /** Nobody is linked; the sign-in is being prepared until there is an `authorization`. */
  | {name: 'signedOut'; reason?: string; authorization?: Authorization}
  /** The provider is open in another tab. */
  | {name: 'waiting'; authorization: Authorization; timedOut: boolean}
  /** The provider sent the user back, with a code. */
  | {name: 'completing'; code: string; verifier: string}
  | {name: 'signedIn'; user: LinkedUser; justLinked: boolean}
  | {name: 'signingOut'}
  /** `during` is the state to go back to for another try. */
  | {name: 'failed'; error: BackendError; during: Task};

/** The states that ask the back end, and so may fail. */
export type Task = Exclude<State, {name: 'signedIn' | 'failed'}>;

export type Event =
  /** What tasks find out. */
  | {type: 'linked'; user: LinkedUser}
  | {type: 'authorized'; authorization: Authorization}
  | {type: 'authorizationStale'}
  | {type: 'timedOut'}
  | {type: 'unlinked'}
  | {type: 'failed'; error: BackendError}
  /** What the user does. The gate has asked whether they want to sign out. */
  | {type: 'providerOpened'}
  | {type: 'retry'}
  | {type: 'startOver'}
  | {type: 'signOut'};

/** An answer 401 with one of these says that nobody is linked. No other answer may look like a sign-out. */
const SIGNED_OUT_CODES = [
  'not_connected',
  'reconnect_required',
  'email_unverified',
  'code_rejected',
  'access_denied',
];

export function meansSignedOut({status, code}: BackendError): boolean {
  return status === 401 && SIGNED_OUT_CODES.includes(code);
}

/** The next state. An event that does not belong to the state, say one that came too late, changes nothing. */
export function reduce(state: State, event: Event): State {
  switch (event.type) {
    case 'linked':
      return {name: 'signedIn', user: event.user, justLinked: state.name !== 'checking'};

    case 'authorized':
      return state.name === 'signedOut' ? {...state, authorization: event.authorization} : state;

    case 'authorizationStale':
      return state.name === 'signedOut' ? {...state, authorization: undefined} : state;

    case 'providerOpened':
      return state.name === 'signedOut' && state.authorization
        ? {name: 'waiting', authorization: state.authorization, timedOut: false}
        : state;

    case 'timedOut':
      return state.name === 'waiting' ? {...state, timedOut: true} : state;

    case 'unlinked':
      return {name: 'signedOut'};

    case 'failed':
      if (state.name === 'signedIn' || state.name === 'failed') {
        return state;
      }
      return meansSignedOut(event.error)
        ? {name: 'signedOut', reason: reasonAfter(state, event.error.code)}
        : {name: 'failed', error: event.error, during: state};

    case 'retry':
      return state.name === 'failed' ? state.during : state;

    // The link may have been made meanwhile, in another tab: look before offering to sign in.
    case 'startOver':
      return {name: 'checking'};

    case 'signOut':
      return {name: 'signingOut'};
  }
}

/** That nobody is linked yet is no news, so then what the provider said stays. */
function reasonAfter(state: State, code: string): string | undefined {
  if (code !== 'not_connected') {
    return code;
  }
  return state.name === 'checking' ? state.reason : undefined;
}
