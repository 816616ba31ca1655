// The list of what happened, and the panel that makes things go wrong.

const PARTIES = {
  "browser": "Browser",
  "back end": "Back end",
  gateway: "API Gateway",
  stripe: "Stripe",
  provider: "Provider",
  ssm: "Parameter Store",
};

/** What a call to the provider is for; real ones have other paths. */
const AT_PROVIDER = {
  token: "The back end trades the code for tokens, or an old refresh token for new ones.",
  userinfo: "The back end asks whose account the access token belongs to.",
  revoke: "The back end asks the provider to end the grant.",
};

/** What a call is for. Gateway routes are told without their prefix. */
const STORIES = {
  gateway: {
    "POST /login": "The app asks where to send you; the back end answers with the provider’s address.",
    "GET /login": "You want to sign in; the back end checks the signature and sends you to the provider.",
    "GET /authorize": "The provider sent you back; the back end takes its answer and sends you on to the Dashboard.",
    "GET /authorise": "The provider sent you back, by the article’s other spelling of the route.",
    "POST /authorize": "The app finishes the link from the session that began it; only now tokens are fetched and kept.",
    "GET /userinfo": "The app asks who is linked.",
    "POST /userinfo": "The app asks who is linked.",
    "GET /logout": "The app signs you out: the back end revokes the tokens and deletes them.",
    "POST /logout": "The app signs you out: the back end revokes the tokens and deletes them.",
    "POST /call": "The app makes a call that its calls file declares; the back end adds the access token.",
  },
  stripe: {
    "GET /v1/apps/app_embedded_backend_signature": "Stripe signs who you are, so that the back end can trust the app’s next request.",
    "GET /v1/apps/secrets/find": "The back end looks for your tokens in the Secret Store.",
    "GET /v1/apps/secrets": "The back end lists your secrets in the Secret Store.",
    "POST /v1/apps/secrets": "The back end writes to the Secret Store.",
    "POST /v1/apps/secrets/delete": "The back end deletes from the Secret Store.",
  },
  provider: {
    "GET /oauth": "The provider asks you to sign in and allow the link.",
    "POST /oauth/decision": "You have decided; the provider sends you back.",
    "POST /token": AT_PROVIDER.token,
    "GET /oauth/whoami": AT_PROVIDER.userinfo,
    "POST /revoke": AT_PROVIDER.revoke,
    "GET /api/contacts": "The back end asks for contacts, as the app’s calls file says.",
    "POST /api/contacts/search": "The back end looks for a contact, as the app’s calls file says.",
  },
  ssm: {
    "POST /": "The back end reads its secrets, once, when it starts.",
  },
};

const KINDS = {
  "Answers 503": { reply: { status: 503 } },
  "Hangs up": "hang_up",
  "Answers two seconds late": { delay_ms: 2000 },
  "Answers garbage": { reply: { status: 200, content_type: "text/html", body: "<p>Out to lunch</p>" } },
};

const MOST_ROWS = 200;

/**
 * Fills the panels of `panels.html`, which stand on the page by now: exchanges as they happen, and faults.
 * @param {{ api_base: string, real_provider: string | null }} config
 */
export function showPanels(config) {
  const list = document.querySelector("#exchanges");
  const nothing = document.querySelector("#nothing");
  const prefix = new URL(config.api_base).pathname;
  let events;
  let clearedUpTo = 0;
  let newest = 0;
  let soon;

  function open() {
    events = new EventSource("/traffic");
    events.onopen = () => {
      list.replaceChildren();
      nothing.hidden = false;
    };
    events.onmessage = ({ data }) => {
      const exchange = JSON.parse(data);
      newest = exchange.number;
      if (newest > clearedUpTo) {
        list.prepend(row(exchange, prefix));
        list.children[MOST_ROWS]?.remove();
        nothing.hidden = true;
      }
      clearTimeout(soon);
      soon = setTimeout(showWaiting, 100);
    };
    // The sandbox has gone: when it is back, it counts from 1 again.
    events.onerror = () => {
      clearedUpTo = 0;
    };
  }

  document.querySelector("#clear").addEventListener("click", () => {
    clearedUpTo = newest;
    list.replaceChildren();
    nothing.hidden = false;
  });

  // A browser allows six connections to one host: tabs that nobody sees must not hold them.
  document.addEventListener("visibilitychange", () => {
    events?.close();
    if (!document.hidden) {
      open();
    }
  });

  open();
  offerFaults(prefix, config.real_provider !== null);
}

function row({ number, from, to, method, host, path, parameters, status, milliseconds }, prefix) {
  const item = document.querySelector("#exchange").content.cloneNode(true);
  const write = (name, text) => {
    item.querySelector(`.${name}`).textContent = text;
  };
  write("number", `#${number}`);
  write("parties", `${PARTIES[from]} → ${PARTIES[to]}`);
  const query = parameters.length ? ` ? ${parameters.join(", ")}` : "";
  write("call", host ? `${method} ${host} (${path})` : `${method} ${path}${query}`);
  write("status", status);
  write("time", `${milliseconds} ms`);
  write("story", host ? AT_PROVIDER[path] : story(to, method, to === "gateway" ? withoutPrefix(path, prefix) : path));
  item.querySelector(".status").dataset.kind = String(status)[0];
  return item;
}

function story(party, method, path) {
  return method === "OPTIONS"
    ? "The browser asks first whether the page may send this (a CORS preflight)."
    : (STORIES[party][`${method} ${path}`] ?? "");
}

function withoutPrefix(path, prefix) {
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path;
}

// --- Faults -------------------------------------------------------------------------------------

/** Faults strike the sandbox's own servers only. */
function offerFaults(prefix, isProviderReal) {
  const form = document.querySelector("#faults");
  const { call, kind } = form.elements;
  const parties = Object.entries(STORIES).filter(([party]) => party !== "provider" || !isProviderReal);
  for (const [party, routes] of parties) {
    const paths = new Set(Object.keys(routes).map((route) => route.split(" ")[1]));
    const group = document.createElement("optgroup");
    group.label = PARTIES[party];
    group.append(...[...paths].map((path) => new Option(path, JSON.stringify({ party, path }))));
    call.append(group);
  }
  kind.append(...Object.keys(KINDS).map((name) => new Option(name)));

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { party, path } = JSON.parse(call.value);
    const planned = { party, path: party === "gateway" ? prefix + path : path, fault: KINDS[kind.value] };
    await fetch("/faults", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(planned),
    });
    showWaiting();
  });
  document.querySelector("#forget").addEventListener("click", async () => {
    await fetch("/faults", { method: "DELETE" });
    showWaiting();
  });
  showWaiting();
}

async function showWaiting() {
  const { calls } = await (await fetch("/faults")).json();
  document.querySelector("#waiting").textContent = calls === 0 ? "No fault is waiting." : `Waiting to strike: ${calls}.`;
}
