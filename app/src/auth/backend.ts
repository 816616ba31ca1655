import type {ExtensionContextValue} from '@stripe/ui-extension-sdk/context';
import {createOAuthState, fetchStripeSignature} from '@stripe/ui-extension-sdk/utils';
import {serverOf, theBackEnd, type BackEnd} from '../config';
import {roleAmong, type SignedRole} from './roles';

/** What the app says about itself and its user in every request. */
export type BackendContext = Pick<ExtensionContextValue, 'userContext' | 'environment'>;

/** Who is linked, as the back end tells. */
export interface LinkedUser {
  id: string;
  email: string | null;
  email_verified: boolean | null;
  name: string | null;
  picture: string | null;
  /** What the provider's description keeps of the callback, and of the token response (docs/providers/description.md). */
  callback?: Record<string, string>;
  granted?: Record<string, string>;
  /** Of a link of the whole Stripe account: the Stripe user who made it, and when, in seconds since the epoch. */
  scope?: 'account';
  linked_by?: string;
  linked_at?: number;
}

/** A sign-in that was prepared but not begun. */
export interface Authorization {
  url: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** The back end's four operations. Each rejects with a BackendError and nothing else. */
export interface Backend {
  /** Whether the user may make and end a link, as far as the app can tell. */
  mayLink: boolean;
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

type JsonObject = {[name: string]: unknown};

/** Why a request failed. `code` is the back end's, or one of ours where it sent none. */
export class BackendError extends Error {
  readonly status?: number;
  readonly requestId?: string;
  readonly cause?: unknown;

  constructor(
    readonly phase: Phase,
    readonly code: string,
    {status, requestId, cause}: Details = {},
  ) {
    super(`${phase}: ${code}`);
    this.name = 'BackendError';
    this.cause = cause;
    this.status = status;
    this.requestId = requestId;
  }
}

/** The back end's code where a role is missing, and ours where Stripe does not confirm one or there is none to confirm. */
export const ROLE_REQUIRED = 'role_required';

/** API Gateway gives up after 29 seconds. */
const TIMEOUT_MS = 30_000;

export function createBackend(context: BackendContext, backEnd: BackEnd = theBackEnd): Backend {
  const server = serverOf(context.environment, backEnd);
  const role = server.linkScope === 'account' ? roleAmong(context.userContext, server.linkRoles) : undefined;
  const mayLink = server.linkScope === 'user' || role !== undefined;
  const post = (endpoint: string, fields: Fields, cancelled?: AbortSignal) =>
    signedPost(context, endpoint, fields, {backEnd, cancelled});
  /** For what only those may do who may link. */
  const postAsLinker = async (endpoint: string, fields: Fields, cancelled?: AbortSignal) => {
    if (!mayLink) {
      throw new BackendError('signature', ROLE_REQUIRED);
    }
    return await signedPost(context, endpoint, fields, {backEnd, role, cancelled});
  };
  return {
    mayLink,
    async login(signal) {
      // The name comes back with the code.
      const {state, challenge} = await fromDashboard(() => createOAuthState(backEnd.name), signal);
      const answer = await postAsLinker('login', {purpose: 'login', state, challenge}, signal);
      return authorizationOf(answer);
    },
    async complete(code, verifier) {
      return linkedUserOf(await postAsLinker('authorize', {purpose: 'complete', code, verifier}));
    },
    async userinfo(signal) {
      return linkedUserOf(await post('userinfo', {purpose: 'userinfo'}, signal));
    },
    async logout() {
      await postAsLinker('logout', {purpose: 'logout'});
    },
  };
}

function authorizationOf({authorization_url: url, expires_at: seconds}: JsonObject): Authorization {
  if (typeof url !== 'string' || typeof seconds !== 'number') {
    throw unreadable(200);
  }
  return {url, expiresAt: seconds * 1000};
}

function linkedUserOf(answer: JsonObject): LinkedUser {
  if (typeof answer.id !== 'string') {
    throw unreadable(200);
  }
  return answer as unknown as LinkedUser;
}

/** A gateway or a proxy in between has answered, not the back end. */
const unreadable = (status: number) => new BackendError('http', 'unreadable_answer', {status});

interface Fields {
  purpose: string;
  [name: string]: string;
}

interface PostOptions {
  /** Where the app has several. */
  backEnd?: BackEnd;
  /** A role for Stripe to confirm. Where none is asked for, leave it out: Stripe may refuse to sign any. */
  role?: SignedRole;
  /** JSON of the app's own, of any length. */
  request?: string;
  cancelled?: AbortSignal;
}

/**
 * Sends a request that Stripe signed for one purpose. Signature and payload travel in a `text/plain` body:
 * a custom header or a JSON content type would cost a CORS preflight each time.
 */
export async function signedPost<Answer = JsonObject>(
  {userContext, environment}: BackendContext,
  endpoint: string,
  {purpose, ...fields}: Fields,
  {backEnd = theBackEnd, role, request, cancelled}: PostOptions = {},
): Promise<Answer> {
  const {id: user_id, account} = userContext;
  const extra = {
    purpose,
    mode: environment.mode,
    ...(account.isSandbox && {is_sandbox: true}),
    ...fields,
    ...(request !== undefined && (await carried(request))),
  };
  const signed = role ? {...extra, stripe_roles: [{...role}]} : extra;
  const signature = await (role ? signWithRole(signed, cancelled) : sign(signed, cancelled));
  // What Stripe signed, byte for byte: it puts the two ids last.
  const payload = JSON.stringify({...signed, user_id, account_id: account.id});
  const {url} = serverOf(environment, backEnd);
  const envelope = {payload, signature, request: 'request_sha256' in signed ? request : undefined};
  const {status, text} = await send(`${url}/${endpoint}`, envelope, cancelled);
  return successOf(status, text);
}

/** Stripe signs a payload that it gets in a URL, and does not say how long it may be. */
const LONGEST_SIGNED_REQUEST = 500;

/** A request as it is signed: itself, or where it is long, its hash, with the request beside the payload. */
async function carried(request: string): Promise<{request: string} | {request_sha256: string}> {
  if (request.length <= LONGEST_SIGNED_REQUEST) {
    return {request};
  }
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(request));
  const hex = Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0'));
  return {request_sha256: hex.join('')};
}

type Payload = NonNullable<Parameters<typeof fetchStripeSignature>[0]>;

async function sign(payload: Payload, cancelled?: AbortSignal): Promise<string> {
  return await fromDashboard(async () => {
    const signature: unknown = await fetchStripeSignature(payload);
    // So the SDK tells, where it asks Stripe's API by itself, that Stripe has refused.
    if (typeof signature !== 'string') {
      throw new Error('Stripe has not signed.');
    }
    return signature;
  }, cancelled);
}

/**
 * Stripe refuses (400, or 403) to sign a role that the user does not hold, and, as is reported, any role for some users.
 * The SDK tells no status. So whether it was for the role is found out by asking without.
 */
async function signWithRole(payload: Payload, cancelled?: AbortSignal): Promise<string> {
  try {
    return await sign(payload, cancelled);
  } catch (cause) {
    await sign({purpose: 'userinfo'}, cancelled);
    throw new BackendError('signature', ROLE_REQUIRED, {cause});
  }
}

async function send(url: string, envelope: object, cancelled?: AbortSignal) {
  const exchange = async (signal: AbortSignal) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {'Content-Type': 'text/plain'},
      body: JSON.stringify(envelope),
      signal,
    });
    return {status: response.status, text: await response.text()};
  };
  try {
    return await inTime(exchange, cancelled);
  } catch (cause) {
    throw new BackendError('network', 'backend_unreachable', {cause});
  }
}

/** fetch() rejects on no status, so an answer is a success only if it says so and can be read. */
function successOf<Answer>(status: number, text: string): Answer {
  const body = parsed(text);
  if (status === 200 && body) {
    return body as Answer;
  }
  const {code, request_id: requestId} = (body?.error ?? {}) as {code?: unknown; request_id?: string};
  throw typeof code === 'string' ? new BackendError('http', code, {status, requestId}) : unreadable(status);
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

async function fromDashboard<T>(ask: () => Promise<T>, cancelled?: AbortSignal): Promise<T> {
  try {
    return await inTime(ask, cancelled);
  } catch (cause) {
    throw new BackendError('signature', 'signature_unavailable', {cause});
  }
}

/**
 * Rejects when `cancelled` aborts or time is up, even if the work goes on: the Dashboard takes no signal, and
 * might never answer. AbortSignal.any and AbortSignal.timeout would do this, in browsers since 2024.
 */
export async function inTime<T>(work: (signal: AbortSignal) => Promise<T>, cancelled?: AbortSignal): Promise<T> {
  const limit = new AbortController();
  const stopped = new Promise<never>((_, reject) => {
    limit.signal.addEventListener('abort', () => reject(new Error('Cancelled, or not answered in time.')));
  });
  const stop = () => limit.abort();
  const timer = setTimeout(stop, TIMEOUT_MS);
  cancelled?.addEventListener('abort', stop);
  if (cancelled?.aborted) {
    stop();
  }
  try {
    return await Promise.race([stopped, work(limit.signal)]);
  } finally {
    clearTimeout(timer);
    cancelled?.removeEventListener('abort', stop);
  }
}
