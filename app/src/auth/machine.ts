import {ROLE_REQUIRED, type Authorization, type BackendError, type LinkedUser} from './backend';

/** Where a user stands. Entering a state starts its task (tasks.ts), leaving it stops the task. */
export type State =
  /** Asking who is linked; `reason` is what the provider said just before. */
  | {name: 'checking'; reason?: string}
  /** Nobody is linked; the sign-in is being prepared until there is an `authorization`. */
  | {name: 'signedOut'; reason?: string; authorization?: Authorization}
  /** Nobody is linked, and only others may change that. */
  | {name: 'roleRequired'; reason?: string; error: BackendError}
  /** Somebody is linked, and the user wants to sign in again; prepared until there is an `authorization`. */
  | {name: 'relinking'; user: LinkedUser; authorization?: Authorization}
  /** The provider is open in another tab. `replaced` is the link there was before, if there was one. */
  | {name: 'waiting'; authorization: Authorization; timedOut: boolean; replaced?: LinkedUser}
  /** The provider sent the user back, with a code. */
  | {name: 'completing'; code: string; verifier: string}
  | {name: 'signedIn'; user: LinkedUser; justLinked: boolean}
  | {name: 'signingOut'}
  /** `during` is the state to go back to for another try. */
  | {name: 'failed'; error: BackendError; during: Task};

/** The states that ask the back end, and so may fail. */
export type Task = Exclude<State, {name: 'signedIn' | 'roleRequired' | 'failed'}>;

export type Event =
  /** What tasks find out. */
  | {type: 'linked'; user: LinkedUser}
  | {type: 'authorized'; authorization: Authorization}
  | {type: 'authorizationStale'}
  | {type: 'timedOut'}
  | {type: 'unlinked'}
  | {type: 'failed'; error: BackendError}
  /** What a view found out that used the link: `error` means that nobody is linked any more. */
  | {type: 'linkEnded'; error: BackendError}
  /** What the user does. The gate has asked whether they want to sign out. */
  | {type: 'providerOpened'}
  | {type: 'retry'}
  | {type: 'startOver'}
  | {type: 'signInAgain'}
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
      return isPrepared(state) ? {...state, authorization: event.authorization} : state;

    case 'authorizationStale':
      return isPrepared(state) ? {...state, authorization: undefined} : state;

    case 'providerOpened':
      return isPrepared(state) && state.authorization
        ? {
            name: 'waiting',
            authorization: state.authorization,
            timedOut: false,
            replaced: state.name === 'relinking' ? state.user : undefined,
          }
        : state;

    case 'timedOut':
      return state.name === 'waiting' ? {...state, timedOut: true} : state;

    case 'unlinked':
      return {name: 'signedOut'};

    case 'failed':
      if (!isTask(state)) {
        return state;
      }
      if (state.name === 'signedOut' && event.error.code === ROLE_REQUIRED) {
        return {name: 'roleRequired', reason: state.reason, error: event.error};
      }
      return meansSignedOut(event.error)
        ? {name: 'signedOut', reason: reasonAfter(state, event.error.code)}
        : {name: 'failed', error: event.error, during: state};

    case 'linkEnded':
      return state.name === 'signedIn' ? {name: 'signedOut', reason: reasonAfter(state, event.error.code)} : state;

    case 'retry':
      return state.name === 'failed' ? state.during : state;

    // The link may have been made meanwhile, in another tab: look before offering to sign in.
    case 'startOver':
      return {name: 'checking'};

    case 'signInAgain':
      return state.name === 'signedIn' ? {name: 'relinking', user: state.user} : state;

    case 'signOut':
      return {name: 'signingOut'};
  }
}

function isTask(state: State): state is Task {
  return state.name !== 'signedIn' && state.name !== 'roleRequired' && state.name !== 'failed';
}

/** Whether a sign-in is being prepared, or ready to begin. */
function isPrepared(state: State): state is Extract<State, {name: 'signedOut' | 'relinking'}> {
  return state.name === 'signedOut' || state.name === 'relinking';
}

/** That nobody is linked yet is no news, so then what the provider said stays. */
function reasonAfter(state: State, code: string): string | undefined {
  if (code !== 'not_connected') {
    return code;
  }
  return state.name === 'checking' ? state.reason : undefined;
}
