// The router of full pages that the SDK's navigation asks for, as `globalThis.__extRouter`.
//
// Its contract is the SDK's (`types/global.navigation.d.ts`). Where an app is stands in the page's address, which
// this side hears of and tells about its own steps.

import type { ExtensionRouter, HrefListener, SearchParams } from "@stripe/ui-extension-sdk/types/global.navigation";
import { parse as parseSearch, stringify } from "qs";
import { inject, parse } from "regexparam";

declare global {
  var __extRouter: ExtensionRouter | undefined;
}

/** A router that starts nowhere, and how the page moves it. A place is a path with its search parameters. */
export function createRouter(tell: (place: string, replace: boolean) => void): {
  router: ExtensionRouter;
  arrive(place: string): void;
} {
  let href: string | undefined;
  let searchParams: SearchParams = {};
  const listeners = new Set<HrefListener>();

  function move(next: string, params: SearchParams): void {
    href = next;
    searchParams = params;
    for (const listener of listeners) {
      listener({ href, searchParams });
    }
  }

  const router: ExtensionRouter = {
    getHref: () => href,
    getSearchParams: () => searchParams,
    setHref(next, { replace = false, searchParams: params = {} } = {}) {
      move(next, params);
      tell(`${next}${stringify(params, { addQueryPrefix: true, skipNulls: true })}`, replace);
    },
    listenToHref(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    setRoute(config, route, options) {
      const path = `/${router.createPathSegments(config, route).join("/")}`;
      router.setHref(path, { ...options, ...(route.searchParams && { searchParams: route.searchParams }) });
    },
    createPathSegments(config, { key, params = {} }) {
      const pattern = config[key]?.path;
      if (pattern === undefined) {
        throw new Error(`There is no route "${key}". The app has ${Object.keys(config).join(", ")}.`);
      }
      return inject(pattern, encoded(params)).split("/").filter(Boolean);
    },
    getMatchedRoute(config, path) {
      const byParameters = Object.entries(config).map(([key, routeDefinition]) => {
        const { keys, pattern } = parse(routeDefinition.path);
        return { key, routeDefinition, keys, match: pattern.exec(path) };
      });
      // The route that says most about a path is the one that is meant.
      const [found] = byParameters
        .filter(({ match }) => match)
        .sort((one, other) => one.keys.length - other.keys.length);
      if (!found) {
        return null;
      }
      const { key, routeDefinition, keys, match } = found;
      const values = keys.map((name, index) => [name, decoded(match?.[index + 1])] as const);
      return {
        key,
        routeDefinition,
        routeParams: Object.fromEntries(values.filter(([, value]) => value !== undefined)),
      };
    },
    // Whatever is registered comes along with every question.
    registerRoutes: () => undefined,
    validateRoutes(config) {
      for (const [key, { path }] of Object.entries(config)) {
        if (!path.startsWith("/") || path.includes("//")) {
          throw new Error(`Route "${key}": the path "${path}" must start with "/" and have no empty segment.`);
        }
      }
      return config;
    },
  };
  return {
    router,
    arrive(place) {
      const [path = "/", search = ""] = place.split(/\?(.*)/s);
      move(path, parseSearch(search) as SearchParams);
    },
  };
}

/** Values for one segment each; what a wildcard stands for may hold several. */
function encoded(params: Record<string, string | undefined>): Record<string, string> {
  const given = Object.entries(params).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(
    given.map(([name, value]) => [name, name === "*" ? encodeURI(value) : encodeURIComponent(value)]),
  );
}

function decoded(value: string | undefined): string | undefined {
  try {
    return value && decodeURIComponent(value);
  } catch {
    return value;
  }
}
