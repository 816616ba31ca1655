// Pages of the Dashboard, as apps name them: by the SDK's route descriptors, or by the path they have with Stripe.

import type { QueryParams } from "@stripe/ui-extension-sdk/context";
import { stringify } from "qs";

import type { Route } from "../protocol";
import { readQueryParams } from "./query-params";

export const FULL_PAGE = "stripe.dashboard.fullpage";

/** Where a route leads: to the view of a viewport, with what it tells it, and in a full page to a place of the app's own. */
export interface Destination {
  viewport: string;
  queryParams: QueryParams;
  place?: string;
}

/** The first segment of a path, and what its page is called in viewports. */
const OBJECTS: Record<string, string> = {
  customers: "customer",
  invoices: "invoice",
  "payment-links": "payment-link",
  payments: "payment",
  products: "product",
  "shipping-rates": "shipping-rate",
  subscriptions: "subscription",
};

const OVERVIEWS: Record<string, string> = {
  "": "stripe.dashboard.home.overview",
  balance: "stripe.dashboard.balance.overview",
  billing: "stripe.dashboard.billing.overview",
  dashboard: "stripe.dashboard.home.overview",
  reports: "stripe.dashboard.report.overview",
  "revenue-recognition": "stripe.dashboard.revenue-recognition.overview",
  tax: "stripe.dashboard.tax-report.overview",
};

/** Descriptors that are no object's list or details. */
const NAMED: Record<string, string> = {
  balanceOverview: "/balance",
  billing: "/billing",
  dashboard: "/dashboard",
  reportsHub: "/reports",
  revenueRecognition: "/revenue-recognition",
  taxReporting: "/tax",
  taxReportingLocations: "/tax",
};

export function destinationOf(route: Route): Destination | undefined {
  if (typeof route === "string") {
    return ofPath(route);
  }
  const queryParams = route.envParams ?? {};
  switch (route.name) {
    case "onboarding":
      return { viewport: "onboarding", queryParams };
    case "fullPage":
      return { viewport: FULL_PAGE, queryParams };
    case "fullPageGlob": {
      const { glob = [], searchParams } = route.params ?? {};
      const search = stringify(searchParams, { addQueryPrefix: true, skipNulls: true });
      return { viewport: FULL_PAGE, queryParams, place: `/${glob.join("/")}${search}` };
    }
    default: {
      const destination = ofPath(NAMED[route.name] ?? pathOfObject(route.name));
      return destination && { ...destination, queryParams };
    }
  }
}

/** `customerDetails` as /customers/x, `customers` as /customers. */
function pathOfObject(name: string): string {
  const kebab = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return kebab.endsWith("-details") ? `/${kebab.replace(/-details$/, "s")}/x` : `/${kebab}`;
}

/** A path may begin with an account, and with `test`. */
function ofPath(path: string): Destination | undefined {
  const { pathname, search } = new URL(path, "https://dashboard.example");
  const [first = "", ...rest] = pathname
    .split("/")
    .filter((segment) => segment !== "" && segment !== "test" && !segment.startsWith("acct_"));
  const object = OBJECTS[first];
  const viewport = object ? `stripe.dashboard.${object}.${rest.length > 0 ? "detail" : "list"}` : OVERVIEWS[first];
  return viewport === undefined ? undefined : { viewport, queryParams: readQueryParams(search) };
}
