// The inside of the sandboxed frame: gives the extension React and the host's methods, and renders its views.

import { createRemoteRoot } from "@remote-ui/core";
import * as remoteUi from "@remote-ui/react";
import { type MessageEndpoint, createEndpoint, fromMessagePort, retain } from "@remote-ui/rpc";
import * as react from "react";
import * as jsxRuntime from "react/jsx-runtime";

import { type FrameMethods, INIT, type Problem, type Reporting, thrown } from "../protocol";
import { withoutElements } from "./elements";
import { createRouter } from "./router";
import { createStorage } from "./storage";
import { ViewBoundary, isView } from "./view";

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
// What is thrown outside of rendering: by the script itself, a timer, a promise that nobody waits for.
let view: string | undefined;
addEventListener("error", ({ error, message }) => report({ kind: "crash", view, ...thrown(error ?? message) }));
addEventListener("unhandledrejection", ({ reason }) => report({ kind: "crash", view, ...thrown(reason) }));

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
    // What it threw has been told.
    if (early.length === 0) {
      report({ kind: "crash", message: "The extension's script could not be loaded." });
    }
    return;
  }
  extension.endpoint = endpoint;
  let shown: remoteUi.Root | undefined;
  const methods: FrameMethods = {
    render(channel, name, context) {
      // Functions that came through the port are dropped after the call, unless kept.
      retain(channel);
      shown?.unmount();
      shown = undefined;
      view = name;
      const component = extension[name];
      if (!isView(component)) {
        report({ kind: "missing_view", view: name });
        return;
      }
      const tree = createRemoteRoot(
        withoutElements(channel, (component, prop) => report({ kind: "element", component, prop })),
      );
      shown = remoteUi.createRoot(tree);
      const failed = (error: unknown, componentStack?: string) =>
        report({ kind: "crash", view: name, ...thrown(error, componentStack) });
      shown.render(react.createElement(ViewBoundary, { failed }, react.createElement(component, context)));
      void tree.mount();
    },
    navigate: arrive,
  };
  endpoint.expose(methods as unknown as Record<string, (...args: unknown[]) => unknown>);
  // The adaptor listens by addEventListener, which does not start a port by itself.
  port.start();
}
