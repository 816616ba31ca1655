// The inside of the sandboxed frame: gives the extension React and the host's methods, and renders its views.

import { createRemoteRoot } from "@remote-ui/core";
import * as remoteUi from "@remote-ui/react";
import { type MessageEndpoint, createEndpoint, fromMessagePort, retain } from "@remote-ui/rpc";
import * as react from "react";
import * as jsxRuntime from "react/jsx-runtime";

import { type FrameMethods, INIT, type Problem, type Reporting } from "../protocol";
import { createRouter } from "./router";
import { createStorage } from "./storage";

type View = react.ComponentType<object>;
type Extension = Record<string, unknown> & { endpoint?: unknown };

declare global {
  var require: (name: string) => unknown;
  var __StripeExtExports: Extension | undefined;
}

const supplied: Record<string, unknown> = {
  react,
  "react/jsx-runtime": jsxRuntime,
  "@remote-ui/react": remoteUi,
};

globalThis.require = (name) => {
  if (!(name in supplied)) {
    throw new Error(`The Dashboard does not supply "${name}" to extensions.`);
  }
  return supplied[name];
};

let moved: Reporting["sandboxMoved"] = () => undefined;
const { router, arrive } = createRouter((place, replace) => moved(place, replace));
globalThis.__extRouter = router;
globalThis.__memoryStorage = createStorage();

// Problems may come before the port does: the extension's script runs first.
const early: Problem[] = [];
let report = (problem: Problem): void => {
  early.push(problem);
};

addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => {
  // No line of a manifest allows eval, and libraries that try it go on without.
  if (blockedURI !== "eval") {
    report({ kind: "blocked", directive: effectiveDirective, url: blockedURI });
  }
});
addEventListener("error", ({ message }) => report({ kind: "crash", message }));
addEventListener("unhandledrejection", ({ reason }) => report({ kind: "crash", message: String(reason) }));

addEventListener("message", ({ source, data, ports: [port] }) => {
  if (source === parent && data === INIT && port) {
    connect(port);
  }
});

function connect(port: MessagePort): void {
  const endpoint = createEndpoint<Reporting>(fromMessagePort(port) satisfies MessageEndpoint);
  report = (problem) => void endpoint.call.sandboxReport(problem);
  early.forEach(report);
  moved = (place, replace) => void endpoint.call.sandboxMoved(place, replace);

  const extension = globalThis.__StripeExtExports;
  if (!extension) {
    report({ kind: "crash", message: "The extension's script did not run to its end." });
    return;
  }
  extension.endpoint = endpoint;
  let shown: remoteUi.Root | undefined;
  const methods: FrameMethods = {
    render(channel, view, context) {
      // Functions that came through the port are dropped after the call, unless kept.
      retain(channel);
      const component = extension[view];
      if (typeof component !== "function") {
        report({ kind: "missing_view", view });
        return;
      }
      shown?.unmount();
      const tree = createRemoteRoot(channel);
      shown = remoteUi.createRoot(tree);
      shown.render(react.createElement(component as View, context));
      void tree.mount();
    },
    navigate: arrive,
  };
  endpoint.expose(methods as unknown as Record<string, (...args: unknown[]) => unknown>);
  // The adaptor listens by addEventListener, which does not start a port by itself.
  port.start();
}
