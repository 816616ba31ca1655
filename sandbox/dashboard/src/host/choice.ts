// Who looks at which view: chosen on the page, or in its address by tests and second browsers.

import type { QueryParams } from "@stripe/ui-extension-sdk/context";

import type { Member } from "./config";
import { linkedViewport, readQueryParams, writeQueryParams } from "./query-params";

export type Mode = "live" | "test";

export interface Choice {
  user: string;
  account: string;
  mode: Mode;
  viewport: string;
  /** What the address that led there tells the app. */
  queryParams: QueryParams;
}

export const DRAWER = "stripe.dashboard.drawer.default";

export const ACCOUNTS = [
  { id: "acct_alpine", name: "Alpine", isSandbox: false },
  { id: "acct_birch", name: "Birch", isSandbox: false },
  { id: "acct_alpineSandbox", name: "Alpine sandbox", isSandbox: true },
];

const KEPT = "sandbox.dashboard";
const PATTERNS = {
  user: /^usr_[A-Za-z0-9]+$/,
  account: /^acct_[A-Za-z0-9]+$/,
  mode: /^(live|test)$/,
};

/**
 * The first choice: the address, else what this browser chose last, else the defaults. Of the viewports that the app
 * has views for, the first one is what a Dashboard begins at, unless there is the drawer of every page.
 */
export function firstChoice(address: URL, viewports: string[], appId: string): Choice {
  const asked = {
    user: address.searchParams.get("as"),
    account: address.searchParams.get("account"),
    mode: address.searchParams.get("mode"),
  };
  const kept = JSON.parse(localStorage.getItem(KEPT) ?? "{}") as Partial<Choice>;
  const wishes = [address.searchParams.get("viewport"), linkedViewport(address.search, appId), DRAWER];
  const viewport = wishes.find((one) => one && viewports.includes(one)) ?? viewports[0] ?? DRAWER;
  const queryParams = readQueryParams(address.search);
  const choice: Choice = { user: "usr_ada1", account: "acct_alpine", mode: "test", viewport, queryParams };
  for (const key of ["user", "account", "mode"] as const) {
    const wish = asked[key] ?? kept[key];
    if (wish && PATTERNS[key].test(wish)) {
      Object.assign(choice, { [key]: wish });
    }
  }
  return settled(choice);
}

/** A Stripe sandbox has no live mode. */
export function settled(choice: Choice): Choice {
  return isSandbox(choice.account) ? { ...choice, mode: "test" } : choice;
}

/** Keeps a choice for the tab that a provider sends back, and in the address for a reload of this one. */
export function keep({ user, account, mode, viewport, queryParams }: Choice): void {
  localStorage.setItem(KEPT, JSON.stringify({ user, account, mode }));
  const query = new URLSearchParams({ as: user, account, mode, viewport });
  // Behind the # stands where the app itself is.
  history.replaceState(null, "", `/?${query}${writeQueryParams(queryParams)}${location.hash}`);
}

export function isSandbox(account: string): boolean {
  return ACCOUNTS.some(({ id, isSandbox }) => id === account && isSandbox);
}

/** Somebody the sandbox knows, or a user made by naming them, who is an administrator as with its Stripe. */
export function memberOf(members: Member[], id: string): Member {
  const administrator = { id: "admin", type: "builtIn", name: "Administrator" } as const;
  return members.find((member) => member.id === id) ?? { id, name: id, roles: [administrator] };
}

/** The known ones, and a chosen one that nobody knows. */
export function withChosen<T extends { id: string; name: string }>(
  known: T[],
  chosen: string,
): { id: string; name: string }[] {
  return known.some(({ id }) => id === chosen) ? known : [...known, { id: chosen, name: chosen }];
}
