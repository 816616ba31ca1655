import type {LinkedUser} from '../auth/backend';

export const ada: LinkedUser = {
  id: 'ada',
  email: 'ada@example.com',
  email_verified: true,
  name: 'Ada Lovelace',
  picture: null,
};

/** The same, linked for the whole Stripe account. */
export const adaForAll: LinkedUser = {
  ...ada,
  scope: 'account',
  linked_by: 'usr_admin',
  linked_at: 1_768_000_500,
};

/** A contact at the provider, and a customer at Stripe. */
export const jenny = {id: 'c-3', name: 'Jenny Rosen', email: 'jenny.rosen@example.com'};

export interface Reply {
  status: number;
  text: string;
}

/** Of the SDK's, what the app looks at. */
interface StripeReply {
  ok: boolean;
  status: number;
  json: object;
  headers: {[name: string]: string};
}

/** A request as the back end saw it. */
export interface Received {
  url: string;
  init: RequestInit;
  /** The body, and the signed string in it, taken apart. */
  envelope: {payload: string; signature: string; request?: string};
  payload: {[name: string]: unknown};
}

export const success = (body: object): Reply => ({status: 200, text: JSON.stringify(body)});

/** What the back end answers to a declared call. */
export const answered = (body: unknown, status = 200): Reply => success({status, body});

export const refusal = (status: number, code: string): Reply => ({
  status,
  text: JSON.stringify({error: {code, message: 'not shown', request_id: 'req-1'}}),
});

/** The provider's address that `login` answers for the nth time. */
export const authorizationUrl = (n: number) => `https://provider.example/authorize?attempt=${n}`;

/**
 * A Dashboard and a back end that nobody has signed in to. The Dashboard is the SDK's own contract with its
 * host, a global, so nothing of the SDK has to be mocked. A test changes `replies` as the back end would.
 */
export function createWorld() {
  const dashboard = {
    supportsFetchAppEmbeddedKey: jest.fn(async () => false),
    fetchStripeSignature: jest.fn(async (_payload: object): Promise<string | undefined> => 't=1,v1=signature'),
    createOAuthState: jest.fn(async (_state?: string) => ({state: 'S', challenge: 'C'})),
    showToast: jest.fn(async () => ({})),
    // Of Stripe's API there is one payment, by Jenny.
    stripeApiFetch: jest.fn(
      async (_path: string): Promise<StripeReply> => ({
        ok: true,
        status: 200,
        json: {customer: {email: jenny.email}},
        headers: {},
      }),
    ),
  };
  Object.assign(globalThis, {__StripeExtExports: {endpoint: {call: dashboard}}});

  const calls: Received[] = [];
  const to = (endpoint: string) => calls.filter(({url}) => url.endsWith(`/${endpoint}`));
  const replies: Record<string, () => Reply | Promise<Reply>> = {
    login: () =>
      success({
        authorization_url: authorizationUrl(to('login').length),
        expires_at: Math.floor(Date.now() / 1000) + 600,
      }),
    authorize: () => success(ada),
    userinfo: () => refusal(401, 'not_connected'),
    logout: () => success({revoked: true}),
    call: () => {
      const {request} = to('call').pop()!.payload;
      const {call} = JSON.parse(String(request)) as {call: string};
      return answered(call === 'contacts.search' ? [jenny] : {contacts: [jenny], after: null});
    },
  };
  jest.spyOn(globalThis, 'fetch').mockImplementation(async (input, init = {}) => {
    const url = String(input);
    const envelope = JSON.parse(String(init.body));
    calls.push({url, init, envelope, payload: JSON.parse(envelope.payload)});
    const reply = replies[url.slice(url.lastIndexOf('/') + 1)];
    if (!reply) {
      throw new TypeError('Failed to fetch');
    }
    const {status, text} = await reply();
    return new Response(text, {status});
  });
  return {dashboard, calls, to, replies};
}

export type World = ReturnType<typeof createWorld>;
