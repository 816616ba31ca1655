// What the page and the frame say to each other. Stripe's own framing is not public; the SDK's part of it
// (`PlatformRPCs`, the remote tree) is, and is kept to.

import type { RemoteChannel } from "@remote-ui/core";
import type { ExtensionContextValue } from "@stripe/ui-extension-sdk/context";
import type { RouteDescriptor } from "@stripe/ui-extension-sdk/ui";

/** The message that carries the port; everything after it goes through the port. */
export const INIT = "init_extension";

/** What the frame offers the page. */
export interface FrameMethods {
  /** Renders one view of the extension into the page's tree. */
  render(channel: RemoteChannel, view: string, context: ExtensionContextValue): void;
  /** Moves the app's own router: a path with its search parameters, from `/` on. */
  navigate(place: string): void;
}

/** A page of the Dashboard: by the SDK's name for it, or by its path. */
export type Route = RouteDescriptor | string;

/** What an author has to know. */
export type Problem =
  | { kind: "blocked"; directive: string; url: string }
  | ({ kind: "crash"; view?: string | undefined } & Thrown)
  | { kind: "css"; component: string; property: string; value: string; takes: string }
  | { kind: "element"; component: string; prop: string }
  | { kind: "missing_view"; view: string }
  | { kind: "props"; component: string; message: string }
  | { kind: "stand_in"; what: string; does: string }
  | { kind: "stripe_api"; method: string; path: string; permission?: string };

/** Something that was thrown, as it can be sent. */
export interface Thrown {
  message: string;
  /** In places of the bundle: lines `at name (address:line:column)`. */
  stack?: string | undefined;
  /** The components it was thrown in, innermost first, in the same form. */
  componentStack?: string | undefined;
}

export function thrown(value: unknown, componentStack?: string): Thrown {
  const from = value instanceof Error ? { message: String(value), stack: value.stack } : { message: told(value) };
  return { ...from, componentStack };
}

function told(value: unknown): string {
  try {
    return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

/** What the page offers beside the SDK's methods. */
export interface Reporting {
  sandboxReport(problem: Problem): void;
  /** The app's own router has moved. */
  sandboxMoved(place: string, replace: boolean): void;
}
