// Where in the Dashboard a viewport is: its name for people, the room it has, and what it is about.

import { DRAWER } from "./choice";

const NAMES: Record<string, string> = {
  [DRAWER]: "Any page",
  "stripe.dashboard.fullpage": "Full page",
  onboarding: "Onboarding",
  settings: "App settings",
};

/** As the Dashboard calls the page: `stripe.dashboard.payment-link.list` is “Payment links”. */
export function viewportName(viewport: string): string {
  const [page = "", kind = "", ...rest] = viewport.replace("stripe.dashboard.", "").split(".");
  const named = NAMES[viewport] ?? capitalised(kind === "list" ? `${page}s` : page);
  return rest.length > 0 ? `${named}, ${rest.join(" ")}`.replaceAll("-", " ") : named.replaceAll("-", " ");
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The room an app has: a drawer beside a page, a page of its own, or the settings. */
export function roomOf(viewport: string): "drawer" | "page" | "settings" {
  if (viewport === "settings") {
    return "settings";
  }
  return viewport === "stripe.dashboard.fullpage" || viewport === "onboarding" ? "page" : "drawer";
}

const OBJECTS: Record<string, { id: string; object: string }> = {
  customer: { id: "cus_SandboxCustomer", object: "customer" },
  invoice: { id: "in_1SandboxInvoice", object: "invoice" },
  payment: { id: "pi_3SandboxPayment", object: "payment_intent" },
  "payment-link": { id: "plink_1SandboxPaymentLink", object: "payment_link" },
  product: { id: "prod_SandboxProduct", object: "product" },
  subscription: { id: "sub_1SandboxSubscription", object: "subscription" },
};

/** What a detail page is about, and its views are told. All of it is made up. */
export function objectOf(viewport: string): { id: string; object: string } | null {
  const [, page = ""] = /^stripe\.dashboard\.([a-z-]+)\.detail(\.|$)/.exec(viewport) ?? [];
  return OBJECTS[page] ?? null;
}
