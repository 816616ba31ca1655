// oidc-provider for sandbox/tests/real: it asks no questions, stores nothing, and ends with its standard input.
// Run it where `npm ci` was run. Environment: PORT, REDIRECT_URI, CLIENT_ID, CLIENT_SECRET, LIFETIME.
import { once } from "node:events";
import { createServer } from "node:http";
import { createRequire } from "node:module";

const { PORT, REDIRECT_URI, CLIENT_ID, CLIENT_SECRET, LIFETIME } = process.env;
const { Provider } = await import(createRequire(`${process.cwd()}/`).resolve("oidc-provider"));

const server = createServer().listen(Number(PORT), "127.0.0.1");
await once(server, "listening");
const origin = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(origin, {
  // A client has only one authentication method here, so there is one client for each.
  clients: ["client_secret_post", "client_secret_basic"].map((method) => ({
    client_id: `${CLIENT_ID}/${method}`,
    client_secret: CLIENT_SECRET,
    token_endpoint_auth_method: method,
    redirect_uris: [REDIRECT_URI],
    grant_types: ["authorization_code", "refresh_token"],
  })),
  pkce: { required: () => true },
  rotateRefreshToken: true, // With this server, using one twice ends the grant.
  ttl: { AccessToken: Number(LIFETIME), Grant: 86400, IdToken: 3600, Interaction: 600, RefreshToken: 86400, Session: 600 },
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  findAccount: (_, person) => ({
    accountId: person,
    claims: () => ({ sub: person, email: `${person}@example.com`, email_verified: person !== "mallory", name: person }),
  }),
  features: { devInteractions: { enabled: false }, revocation: { enabled: true } },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
});

const calls = {};
provider.use(async (ctx, next) => {
  if (ctx.path === "/calls") {
    ctx.body = calls;
    return;
  }
  if (ctx.path.startsWith("/interaction/")) {
    await decide(ctx);
    return;
  }
  await next();
  const call = { token: ctx.oidc?.params?.grant_type, revocation: "revocation" }[ctx.oidc?.route];
  if (call) calls[call] = (calls[call] ?? 0) + 1;
});

// Signs in the person that login_hint names; `deny` refuses.
async function decide({ req, res, ...ctx }) {
  const { params } = await provider.interactionDetails(req, res);
  const person = params.login_hint;
  const result = person === "deny" ? { error: "access_denied" } : { login: { accountId: person } };
  if (!result.error) {
    const grant = new provider.Grant({ accountId: person, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    result.consent = { grantId: await grant.save() };
  }
  await provider.interactionFinished(req, res, result, { mergeWithLastSubmission: false });
}

server.on("request", provider.callback());
process.stdin.on("end", () => process.exit()).resume();
console.log(`ready ${origin}`);
