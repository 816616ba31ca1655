// Talks to the back end as the companion app does: every request is signed by Stripe.

const EIGHT_MINUTES = 8 * 60_000; // a prepared sign-in lives ten
const FOUR_MINUTES = 4 * 60_000; // a signature lives five
const AN_HOUR = 60 * 60_000;
const ATTEMPT = "sandbox.attempt.";

/** What went wrong, in the back end's words or ours. */
export class Refusal extends Error {
  constructor({ code, message, request_id }, passing = false) {
    super(message);
    this.code = code;
    this.requestId = request_id;
    /** Whether the same request may succeed later. */
    this.passing = passing;
  }
}

/**
 * The back end, asked in the name of whoever `who()` tells: {userId, accountId, mode}.
 * Both flows offer userinfo(), prepare() -> {url, freshFor}, and signOut() -> a note;
 * the session-bound one also complete(returned).
 */
export function backEnd(config, who) {
  return config.flow === "direct" ? direct(config, who) : sessionBound(config, who);
}

/** What the address says when a browser comes back, or null. */
export function returned(flow, address) {
  const { searchParams } = new URL(address);
  const [code, error, state] = ["code", "error", "state"].map((name) => searchParams.get(name));
  return flow === "session_bound" && (code || error) ? { code, error, state } : null;
}

function sessionBound(config, who) {
  async function call(route, payload) {
    const { userId, accountId, mode } = who();
    const text = JSON.stringify({ ...payload, mode, user_id: userId, account_id: accountId });
    const signature = await sign(config, text);
    // text/plain and no custom header: the browser sends no preflight.
    return request(`${config.api_base}/${route}`, {
      method: "POST",
      headers: { "Content-Type": "text/plain" },
      body: JSON.stringify({ payload: text, signature }),
    });
  }

  /** What those sign who may make and end a link of the whole account: the back end judges by their roles. */
  function asLinker(payload) {
    const isAccounts = config.link_scope === "account";
    const { roles } = config.members.find(({ id }) => id === who().userId) ?? {};
    return isAccounts ? { ...payload, stripe_roles: roles } : payload;
  }

  return {
    userinfo: () => call("userinfo", { purpose: "userinfo" }),

    async prepare() {
      const { state, challenge } = await begin();
      const prepared = await call("login", asLinker({ purpose: "login", state, challenge }));
      return { url: prepared.authorization_url, freshFor: EIGHT_MINUTES };
    },

    async complete({ code, error, state }) {
      const verifier = verifierOf(state);
      if (!verifier) {
        const message = "This browser did not begin this sign-in, so it is not finished here. Nothing was linked.";
        throw new Refusal({ code: "state_unknown", message });
      }
      if (error) {
        forget(state);
        throw new Refusal({ code: error, message: "The provider did not let you in. Nothing was linked." });
      }
      const user = await call("authorize", asLinker({ purpose: "complete", code, verifier }));
      forget(state);
      return user;
    },

    async signOut() {
      const { revoked } = await call("logout", asLinker({ purpose: "logout" }));
      return revoked
        ? "Signed out. The provider has revoked the tokens."
        : "Signed out here. The provider has not confirmed that it revoked the tokens.";
    },
  };
}

/** The flow of the 2022 article. */
function direct(config, who) {
  async function signed() {
    const { userId, accountId } = who();
    const text = JSON.stringify({ user_id: userId, account_id: accountId });
    return { userId, accountId, signature: await sign(config, text) };
  }

  async function call(route) {
    const { userId, accountId, signature } = await signed();
    return request(`${config.api_base}/${route}`, {
      headers: {
        "stripe-signature": signature,
        "stripe-user-id": userId,
        "stripe-account-id": accountId,
      },
    });
  }

  return {
    userinfo: () => call("userinfo"),

    async prepare() {
      const state = encodeURIComponent(JSON.stringify(await signed()));
      return { url: `${config.api_base}/login?state=${state}`, freshFor: FOUR_MINUTES };
    },

    async signOut() {
      await call("logout");
      return "Signed out.";
    },
  };
}

async function sign(config, payload) {
  const query = new URLSearchParams({ payload });
  const address = `${config.stripe_url}/v1/apps/app_embedded_backend_signature?${query}`;
  const { signature } = await request(address);
  return signature;
}

async function request(address, options) {
  const { host } = new URL(address);
  let response;
  let text;
  try {
    response = await fetch(address, { cache: "no-store", ...options });
    text = await response.text();
  } catch {
    throw new Refusal({ code: "no_answer", message: `${host} gave no answer.` }, true);
  }
  if (response.status === 204) {
    return {};
  }
  const body = parsed(text);
  if (response.ok && body) {
    return body;
  }
  const message = `${host} answered HTTP ${response.status} with something this page cannot read.`;
  const refused = body?.error?.code ? body.error : { code: "unclear_answer", message };
  const definite = response.status >= 400 && response.status < 500 && response.status !== 429;
  throw new Refusal(refused, !definite);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// Begun sign-ins: the verifier by the state. In localStorage, because the provider opens in a tab of its own.

async function begin() {
  forgetOld();
  const state = random();
  const verifier = random();
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  localStorage.setItem(ATTEMPT + state, JSON.stringify({ verifier, begun: Date.now() }));
  return { state, challenge: base64url(new Uint8Array(hash)) };
}

function verifierOf(state) {
  return parsed(localStorage.getItem(ATTEMPT + state))?.verifier;
}

function forget(state) {
  localStorage.removeItem(ATTEMPT + state);
}

function forgetOld() {
  for (const key of Object.keys(localStorage).filter((name) => name.startsWith(ATTEMPT))) {
    const { begun = 0 } = parsed(localStorage.getItem(key)) ?? {};
    if (Date.now() - begun > AN_HOUR) {
      localStorage.removeItem(key);
    }
  }
}

function random() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
