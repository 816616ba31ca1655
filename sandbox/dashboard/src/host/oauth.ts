// OAuth as the Dashboard does it: it makes state and PKCE verifier, keeps the verifier, and hands both to the app
// only when a browser comes back with a state of its own.

import type { ExtensionContextValue } from "@stripe/ui-extension-sdk/context";

import type { Choice } from "./choice";

export type OAuthContext = NonNullable<ExtensionContextValue["oauthContext"]>;
type Who = Pick<Choice, "user" | "account" | "mode">;

interface Attempt extends Who {
  verifier: string;
  /** What the app gave to `createOAuthState`. */
  custom: string;
  begun: number;
}

/** How this page was come back to. */
export type Return =
  { kind: "none" } | { kind: "accepted"; oauthContext: OAuthContext } | { kind: "refused"; reason: string };

// localStorage, because a provider may open in a tab of its own.
const ATTEMPT = "sandbox.oauth.";
const AN_HOUR = 60 * 60_000;

export async function createOAuthState(
  { user, account, mode }: Who,
  custom: string,
): Promise<{ state: string; challenge: string }> {
  forgetOld();
  const state = random();
  const verifier = random();
  const attempt: Attempt = { user, account, mode, verifier, custom, begun: Date.now() };
  localStorage.setItem(ATTEMPT + state, JSON.stringify(attempt));
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  return { state, challenge: base64url(new Uint8Array(hash)) };
}

/** The mode that a return address is for, or nothing when this is no return. */
export function returnMode({ pathname }: URL): Choice["mode"] | undefined {
  const [, test] = /^(\/test)?\/apps-oauth\//.exec(pathname) ?? [undefined, "none"];
  return test === "none" ? undefined : test ? "test" : "live";
}

/** Judges the address this page was opened with. */
export function readReturn({ pathname, searchParams }: URL, who: Who, appId: string): Return {
  const [code, error, state] = ["code", "error", "state"].map((name) => searchParams.get(name) ?? undefined);
  if (!pathname.includes("/apps-oauth/")) {
    return { kind: "none" };
  }
  if (!pathname.endsWith(`/apps-oauth/${appId}`)) {
    return { kind: "refused", reason: `No app with this id is installed here; this one is ${appId}.` };
  }
  if (!code && !error && !state) {
    return { kind: "none" };
  }
  const attempt = state === undefined ? undefined : attemptOf(state);
  if (!attempt) {
    return { kind: "refused", reason: "Its state is not of this Dashboard: this browser did not begin that sign-in." };
  }
  if (attempt.user !== who.user || attempt.account !== who.account || attempt.mode !== who.mode) {
    const beganAs = `${attempt.user} at ${attempt.account} in ${attempt.mode} mode`;
    return { kind: "refused", reason: `Its state belongs to another Stripe user: ${beganAs} began that sign-in.` };
  }
  const outcome = { ...(code && { code }), ...(error && { error }) };
  return { kind: "accepted", oauthContext: { ...outcome, state: attempt.custom, verifier: attempt.verifier } };
}

function attemptOf(state: string): Attempt | undefined {
  return JSON.parse(localStorage.getItem(ATTEMPT + state) ?? "null") ?? undefined;
}

function forgetOld(): void {
  for (const key of Object.keys(localStorage).filter((name) => name.startsWith(ATTEMPT))) {
    const attempt = attemptOf(key.slice(ATTEMPT.length));
    if (!attempt || Date.now() - attempt.begun > AN_HOUR) {
      localStorage.removeItem(key);
    }
  }
}

function random(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
