import {showToast} from '@stripe/ui-extension-sdk/utils';
import {BackendError, type Backend} from './backend';
import {meansSignedOut, type Event, type State} from './machine';
import {completeOnce} from './oauthReturn';

/** A prepared sign-in lives ten minutes, and the user needs some of them at the provider. */
const AUTHORIZATION_FRESH_MS = 8 * 60_000;
const FIRST_POLL_MS = 3_000;
const SLOWEST_POLL_MS = 15_000;
const POLL_BACKOFF = 1.3;

type Waiting = Extract<State, {name: 'waiting'}>;

/** Does what a state is there for. The event it resolves to, if any, leads to the next state. */
export async function perform(
  state: State,
  backend: Backend,
  signal: AbortSignal,
): Promise<Event | undefined> {
  try {
    switch (state.name) {
      case 'checking':
        return {type: 'linked', user: await backend.userinfo(signal)};

      case 'signedOut':
      case 'relinking':
        if (!state.authorization) {
          return {type: 'authorized', authorization: await backend.login(signal)};
        }
        await sleep(AUTHORIZATION_FRESH_MS, signal);
        return {type: 'authorizationStale'};

      case 'waiting':
        return state.timedOut ? undefined : await poll(state, backend, signal);

      case 'completing': {
        const {code, verifier} = state;
        const user = await completeOnce(code, () => backend.complete(code, verifier));
        return {type: 'linked', user};
      }

      case 'signedIn':
        if (state.justLinked) {
          // The page says it too, so a toast that fails is no loss.
          await showToast('Account linked', {type: 'success'}).catch(() => undefined);
        }
        return undefined;

      case 'signingOut':
        await backend.logout();
        return {type: 'unlinked'};

      case 'roleRequired':
      case 'failed':
        return undefined;
    }
  } catch (error) {
    if (error instanceof BackendError) {
      return {type: 'failed', error};
    }
    if (signal.aborted) {
      return undefined;
    }
    throw error;
  }
}

/**
 * The link is made in the tab the user comes back in; this one finds out by asking. A link that was there before is no
 * news: where the new one is to the same account, and the back end tells no time of it, the user says so.
 */
async function poll({authorization, replaced}: Waiting, backend: Backend, signal: AbortSignal): Promise<Event> {
  const deadline = authorization.expiresAt;
  let delay = FIRST_POLL_MS;
  for (let left = deadline - Date.now(); left > 0; left = deadline - Date.now()) {
    await sleep(Math.min(delay, left), signal);
    try {
      const user = await backend.userinfo(signal);
      if (JSON.stringify(user) !== JSON.stringify(replaced)) {
        return {type: 'linked', user};
      }
    } catch (error) {
      if (!(error instanceof BackendError) || !mayPass(error)) {
        throw error;
      }
    }
    delay = Math.min(delay * POLL_BACKOFF, SLOWEST_POLL_MS);
  }
  return {type: 'timedOut'};
}

/** Whether asking again later may help: not linked yet, or something is down or busy. */
function mayPass(error: BackendError): boolean {
  const {phase, status = 0} = error;
  return phase !== 'http' || meansSignedOut(error) || status === 429 || status > 500;
}

/** Rejects when the signal aborts. */
async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(new Error('Cancelled.'));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop);
    if (signal.aborted) {
      stop();
    }
  });
}
