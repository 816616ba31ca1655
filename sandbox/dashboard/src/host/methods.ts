// What the SDK asks of the Dashboard (`PlatformRPCs`), answered with what a sandbox has.

import type { Reporting, Route } from "../protocol";
import type { Choice } from "./choice";
import type { Config } from "./config";
import { createOAuthState } from "./oauth";
import { recordPlace } from "./place";
import { stripeApi } from "./stripe-api";
import type { ShowToast } from "./toasts";

export type HostMethods = Record<string, (...args: never[]) => unknown>;

interface Page {
  choice: Choice;
  config: Config;
  showToast: ShowToast;
  openRoute(route: Route): void;
  report: Reporting["sandboxReport"];
}

export function hostMethods({ choice, config, showToast, openRoute, report }: Page): HostMethods {
  const { manifest } = config;
  const permissions = (manifest.permissions ?? []).map(({ permission }) => permission);
  const stripeApiFetch = stripeApi({ choice, config, report });

  return {
    sandboxReport: report,
    sandboxMoved: recordPlace,
    showToast,
    navigateToDashboardRoute: openRoute,

    // "No" makes the SDK ask the page for signatures, instead of Stripe's API with a key.
    supportsFetchAppEmbeddedKey: () => false,
    fetchAppEmbeddedKey: () => unsupported("fetchAppEmbeddedKey"),
    stripeApiFetch,
    // SDK 8 and older ask the page for it, SDK 9 Stripe's API.
    async getDashboardUserEmail() {
      const response = await stripeApiFetch("/v1/user/email");
      return { ...response, email: (response.json as { email?: string }).email };
    },

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
    refreshDashboardData: () => void showToast("Dashboard data reloaded"),

    getUserAuthorizedPermissions: () => permissions,
    isPermissionAuthorized: (permission: string) => permissions.includes(permission),
    isSourceInAuthorizedCSP(source: string) {
      const policy = manifest.ui_extension?.content_security_policy;
      const sources = [...(policy?.["connect-src"] ?? []), ...(policy?.["image-src"] ?? [])];
      return sources.some((allowed) => (allowed.endsWith("/") ? source.startsWith(allowed) : source === allowed));
    },
  };
}

function unsupported(what: string): never {
  throw new Error(`The sandbox Dashboard does not offer ${what}.`);
}
