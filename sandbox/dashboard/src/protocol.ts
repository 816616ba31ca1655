// What the page and the frame say to each other. Stripe's own framing is not public; the SDK's part of it
// (`PlatformRPCs`, the remote tree) is, and is kept to.

import type { RemoteChannel } from "@remote-ui/core";
import type { ExtensionContextValue } from "@stripe/ui-extension-sdk/context";

/** The message that carries the port; everything after it goes through the port. */
export const INIT = "init_extension";

/** What the frame offers the page. */
export interface FrameMethods {
  /** Renders one view of the extension into the page's tree. */
  render(channel: RemoteChannel, view: string, context: ExtensionContextValue): void;
}

/** What went wrong inside the frame. */
export type Problem =
  | { kind: "blocked"; directive: string; url: string }
  | { kind: "crash"; message: string }
  | { kind: "missing_view"; view: string };

/** What the page offers beside the SDK's methods. */
export interface Reporting {
  sandboxReport(problem: Problem): void;
}
