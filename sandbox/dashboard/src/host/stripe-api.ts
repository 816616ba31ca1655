// Stripe's API as extensions call it, for whoever is signed in. The Secret Store is the sandbox's, a few objects are made
// up, and any other call gets an error of Stripe's shape. Unlike Stripe's own preview of an app in development, this
// enforces the permissions of the manifest (stripe/stripe-apps#724).

import type { Reporting } from "../protocol";
import { type Choice, isSandbox, memberOf } from "./choice";
import type { Config } from "./config";
import { fixtureOf } from "./fixtures";
import { isGranted, permissionFor } from "./permissions";

/** The SDK's `SerializableRequestOptions`, as far as Stripe's clients use them. */
interface Options {
  method?: string;
  headers?: Record<string, string>;
  body?: string | URLSearchParams;
}

/** The SDK's `SerializableResponse`: what of a response can go through a port. */
export interface ApiResponse {
  json: object;
  arrayBuffer: undefined;
  headers: Record<string, string>;
  ok: boolean;
  redirected: boolean;
  status: number;
  statusText: string;
  type: string;
  url: string;
}

interface Page {
  choice: Choice;
  config: Config;
  report: Reporting["sandboxReport"];
}

export function stripeApi({ choice, config, report }: Page) {
  const declared = (config.manifest.permissions ?? []).map(({ permission }) => permission);

  return async (path: string, options: Options = {}): Promise<ApiResponse> => {
    const method = (options.method ?? "GET").toUpperCase();
    // SDK 8 and older hand over a whole address where its caller did.
    const { pathname, search, searchParams } = new URL(path, "https://api.stripe.com");
    const url = `https://api.stripe.com${pathname}${search}`;

    const expand = method === "GET" ? expandedBy(searchParams) : [];
    // What is expanded needs a permission, too. Most fields have the name of what they hold.
    const needed = [permissionFor(method, pathname), ...expand.map((field) => permissionFor("GET", `/v1/${field}s`))];
    const permission = needed.find((permission) => permission && !isGranted(permission, declared));
    if (permission) {
      report({ kind: "stripe_api", method, path: pathname, permission });
      return answer(url, 403, {
        error: {
          type: "invalid_request_error",
          code: "more_permissions_required_for_application",
          message:
            `This application does not have the required permissions for this endpoint on account ` +
            `'${choice.account}'. Having the '${permission}' permission would allow this request to continue.`,
        },
      });
    }
    if (pathname.startsWith("/v1/apps/secrets")) {
      return secretStore(config.stripe_url + pathname + search, url, method, options, choice);
    }
    if (pathname === "/v1/user/email") {
      const { name } = memberOf(config.members, choice.user);
      return answer(url, 200, { object: "user_email", email: `${name.toLowerCase()}@dashboard.example` });
    }
    const fixture = method === "GET" ? fixtureOf(pathname, expand, choice) : undefined;
    if (fixture) {
      return answer(url, 200, fixture);
    }
    report({ kind: "stripe_api", method, path: pathname });
    return answer(url, 404, {
      error: {
        type: "invalid_request_error",
        code: "resource_missing",
        message: `The sandbox has no answer to ${method} ${pathname}.`,
      },
    });
  };
}

/** Fields that hold an object instead of its id: `expand[]=customer`. */
function expandedBy(query: URLSearchParams): string[] {
  return [...query].filter(([name]) => /^expand\[\d*\]$/.test(name)).map(([, field]) => field);
}

/** The sandbox's own Secret Store, in the session of whoever looks: it refuses other users' secrets. */
async function secretStore(
  address: string,
  url: string,
  method: string,
  { body }: Options,
  { user, account, mode }: Choice,
): Promise<ApiResponse> {
  const response = await fetch(address, {
    method,
    cache: "no-store",
    headers: { "Dashboard-Session": [isSandbox(account) ? "sandbox" : mode, account, user].join(" ") },
    ...(body && { body: new URLSearchParams(body) }),
  });
  const json = (await response.json()) as object;
  return answer(url, response.status, json, response.headers.get("request-id") ?? undefined);
}

function answer(url: string, status: number, json: object, requestId = "req_sandboxDashboard"): ApiResponse {
  return {
    json,
    arrayBuffer: undefined,
    headers: { "content-type": "application/json", "request-id": requestId },
    ok: status >= 200 && status < 300,
    redirected: false,
    status,
    statusText: "",
    type: "cors",
    url,
  };
}
