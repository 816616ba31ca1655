import type {ExtensionContextValue} from '@stripe/ui-extension-sdk/context';
import {createOAuthState, fetchStripeSignature} from '@stripe/ui-extension-sdk/utils';

/** What the app says about itself and its user in every request. */
export type BackendContext = Pick<ExtensionContextValue, 'userContext' | 'environment'>;

/** Who is linked, as the back end tells. */
export interface LinkedUser {
  id: string;
  email: string | null;
  email_verified: boolean | null;
  name: string | null;
  picture: string | null;
}

/** A sign-in that was prepared but not begun. */
export interface Authorization {
  url: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** The back end's four operations. Each rejects with a BackendError and nothing else. */
export interface Backend {
  login(signal: AbortSignal): Promise<Authorization>;
  complete(code: string, verifier: string): Promise<LinkedUser>;
  userinfo(signal: AbortSignal): Promise<LinkedUser>;
  logout(): Promise<void>;
}

/** How far a request got: Stripe did not sign it, nobody answered it, or the answer was not a success. */
export type Phase = 'signature' | 'network' | 'http';

interface Details {
  status?: number;
  requestId?: string;
  cause?: unknown;
}

/** Why a request failed. `code` is the back end's, or one of ours where it sent none. */
export class BackendError extends Error {
  readonly status?: number;
  readonly requestId?: string;

  constructor(
    readonly phase: Phase,
    readonly code: string,
    {status, requestId, cause}: Details = {},
  ) {
    super(`${phase}: ${code}`, {cause});
    this.name = 'BackendError';
    this.status = status;
    this.requestId = requestId;
  }
}

/** API Gateway gives up after 29 seconds. */
const TIMEOUT_MS = 30_000;

export function createBackend(context: BackendContext): Backend {
  return {
    async login(signal) {
      const {state, challenge} = await fromDashboard(() => createOAuthState(), signal);
      const fields = {purpose: 'login', state, challenge};
      const answer = await signedPost<{authorization_url: string; expires_at: number}>(
        context,
        'login',
        fields,
        signal,
      );
      return {url: answer.authorization_url, expiresAt: answer.expires_at * 1000};
    },
    complete: (code, verifier) =>
      signedPost(context, 'authorize', {purpose: 'complete', code, verifier}),
    userinfo: (signal) => signedPost(context, 'userinfo', {purpose: 'userinfo'}, signal),
    async logout() {
      await signedPost(context, 'logout', {purpose: 'logout'});
    },
  };
}

/**
 * Sends a request that Stripe signed for one purpose. Signature and payload travel in a `text/plain` body:
 * a custom header or a JSON content type would cost a CORS preflight each time.
 */
export async function signedPost<Answer>(
  {userContext, environment}: BackendContext,
  endpoint: string,
  {purpose, ...fields}: {purpose: string; [name: string]: string},
  cancelled?: AbortSignal,
): Promise<Answer> {
  const base = environment.constants?.API_BASE;
  if (typeof base !== 'string') {
    throw new BackendError('network', 'client_misconfigured');
  }
  const {id: user_id, account} = userContext;
  const extra = {
    purpose,
    mode: environment.mode,
    ...(account.isSandbox && {is_sandbox: true}),
    ...fields,
  };
  const signature = await fromDashboard(() => fetchStripeSignature(extra), cancelled);
  // What Stripe signed, byte for byte: it puts the two ids last.
  const payload = JSON.stringify({...extra, user_id, account_id: account.id});

  let response: Response;
  let text: string;
  try {
    response = await fetch(`${base}/${endpoint}`, {
      method: 'POST',
      headers: {'Content-Type': 'text/plain'},
      body: JSON.stringify({payload, signature}),
      signal: withTimeout(cancelled),
    });
    text = await response.text();
  } catch (cause) {
    throw new BackendError('network', 'backend_unreachable', {cause});
  }
  return successOf(response.status, text);
}

/** fetch() rejects on no status, so an answer is a success only if it says so and can be read. */
function successOf<Answer>(status: number, text: string): Answer {
  const body = parsed(text);
  if (status === 200 && body) {
    return body as Answer;
  }
  // Without an error of the back end's, a gateway or a proxy in between has answered.
  const {error} = (body ?? {}) as {error?: {code?: string; request_id?: string}};
  throw new BackendError('http', error?.code ?? 'unreadable_answer', {
    status,
    requestId: error?.request_id,
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The Dashboard cannot be told to stop, and might never answer. */
async function fromDashboard<T>(ask: () => Promise<T>, cancelled?: AbortSignal): Promise<T> {
  const signal = withTimeout(cancelled);
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), {once: true});
  });
  try {
    return await Promise.race([ask(), stopped]);
  } catch (cause) {
    throw new BackendError('signature', 'signature_unavailable', {cause});
  }
}

function withTimeout(cancelled?: AbortSignal): AbortSignal {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  return cancelled ? AbortSignal.any([cancelled, timeout]) : timeout;
}
