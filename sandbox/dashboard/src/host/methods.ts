// What the SDK asks of the Dashboard (`PlatformRPCs`), answered with what a sandbox has.

import type { Reporting } from "../protocol";
import type { Choice } from "./choice";
import { USERS } from "./choice";
import type { Config } from "./config";
import { createOAuthState } from "./oauth";
import type { ShowToast } from "./toasts";

export type HostMethods = Record<string, (...args: never[]) => unknown>;

interface Page {
  choice: Choice;
  config: Config;
  showToast: ShowToast;
  openRoute(route: { name: string }): void;
  report: Reporting["sandboxReport"];
}

export function hostMethods({ choice, config, showToast, openRoute, report }: Page): HostMethods {
  const { manifest } = config;
  const permissions = (manifest.permissions ?? []).map(({ permission }) => permission);

  function userEmail() {
    if (!permissions.includes("user_email_read")) {
      const message = "The manifest lacks the permission user_email_read.";
      return { ok: false, status: 403, json: { error: { message } } };
    }
    const name = USERS.find(({ id }) => id === choice.user)?.name ?? choice.user;
    const email = `${name.toLowerCase()}@dashboard.example`;
    return { ok: true, status: 200, email, json: { email } };
  }

  return {
    sandboxReport: report,
    showToast,
    navigateToDashboardRoute: openRoute,

    // "No" makes the SDK ask the page for signatures, instead of Stripe's API with a key.
    supportsFetchAppEmbeddedKey: () => false,
    fetchAppEmbeddedKey: () => unsupported("fetchAppEmbeddedKey"),
    // The SDK asks for the address this way; nothing else of Stripe's API is here.
    stripeApiFetch: (path: string) =>
      path === "/v1/user/email" ? userEmail() : unsupported(`${path} of Stripe's API`),
    getDashboardUserEmail: userEmail,

    async fetchStripeSignature(payload?: object) {
      const signed = JSON.stringify({ ...payload, user_id: choice.user, account_id: choice.account });
      const query = new URLSearchParams({ payload: signed });
      const response = await fetch(`${config.stripe_url}/v1/apps/app_embedded_backend_signature?${query}`, {
        cache: "no-store",
      });
      if (!response.ok) {
        throw new Error(`Stripe did not sign: HTTP ${response.status}`);
      }
      const { signature } = (await response.json()) as { signature: string };
      return signature;
    },

    createOAuthState: (custom: string) => createOAuthState(choice, custom),
    clipboardWriteText: (text: string) => navigator.clipboard.writeText(text),
    refreshDashboardData: () => showToast("The Dashboard would reload its data"),

    getUserAuthorizedPermissions: () => permissions,
    isPermissionAuthorized: (permission: string) => permissions.includes(permission),
    isSourceInAuthorizedCSP(source: string) {
      const policy = manifest.ui_extension.content_security_policy;
      const sources = [...(policy?.["connect-src"] ?? []), ...(policy?.["image-src"] ?? [])];
      return sources.some((allowed) => (allowed.endsWith("/") ? source.startsWith(allowed) : source === allowed));
    },
  };
}

function unsupported(what: string): never {
  throw new Error(`The sandbox Dashboard does not offer ${what}.`);
}
