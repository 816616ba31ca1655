// What an address tells the app: of its parameters those that begin with `app_`, without that
// (https://docs.stripe.com/stripe-apps/deep-links).

import type { QueryParams } from "@stripe/ui-extension-sdk/context";
import { parse, stringify } from "qs";

const PREFIX = "app_";

export function readQueryParams(search: string): QueryParams {
  const given = Object.entries(parse(search, { ignoreQueryPrefix: true }) as QueryParams);
  return Object.fromEntries(
    given.filter(([name]) => name.startsWith(PREFIX)).map(([name, value]) => [name.slice(PREFIX.length), value]),
  );
}

/** With what stands before them in an address, or empty where there are none. */
export function writeQueryParams(params: QueryParams): string {
  const prefixed = Object.entries(params).map(([name, value]) => [PREFIX + name, value]);
  return prefixed.length === 0 ? "" : `&${stringify(Object.fromEntries(prefixed), { skipNulls: true })}`;
}

/** The viewport that a deep link opens: `?apps[<app id>][drawer]=<viewport>`. */
export function linkedViewport(search: string, appId: string): string | undefined {
  const { apps } = parse(search, { ignoreQueryPrefix: true }) as { apps?: Record<string, Record<string, string>> };
  return Object.values(apps?.[appId] ?? {})[0];
}
