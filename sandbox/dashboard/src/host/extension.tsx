// One view of the extension: the code in a frame of no origin, its tree rendered here.

import type { ExtensionContextValue } from "@stripe/ui-extension-sdk/context";
import { RemoteRenderer, createRemoteReceiver } from "@remote-ui/react/host";
import { type Endpoint, createEndpoint, fromMessagePort } from "@remote-ui/rpc";
import { Component, type ReactNode, useEffect, useMemo, useRef, useState } from "react";

import { controller } from "../components";
import { type FrameMethods, INIT, type Problem, thrown } from "../protocol";
import type { HostMethods } from "./methods";
import { currentPlace } from "./place";

interface Props {
  view: string;
  context: ExtensionContextValue;
  methods: HostMethods;
  report(problem: Problem): void;
}

/** The code is loaded once for each Stripe user and mode; views come and go in it. */
export function Extension({ view, context, methods, report }: Props) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [endpoint, setEndpoint] = useState<Endpoint<FrameMethods>>();
  // A view is rendered anew wherever somebody goes: to another viewport, or with other parameters.
  const place = JSON.stringify([context.environment.viewportID, context.environment.queryParams]);
  const receiver = useMemo(() => ({ place, tree: createRemoteReceiver() }), [place]).tree;

  function connect(): void {
    const { port1, port2 } = new MessageChannel();
    const connected = createEndpoint<FrameMethods>(fromMessagePort(port1));
    connected.expose(methods as Record<string, (...args: unknown[]) => unknown>);
    // The adaptor listens by addEventListener, which does not start a port by itself.
    port1.start();
    // The frame has no origin that could be named.
    frame.current?.contentWindow?.postMessage(INIT, "*", [port2]);
    setEndpoint(connected);
  }

  useEffect(() => {
    const arrive = () => void endpoint?.call.navigate(currentPlace());
    arrive();
    addEventListener("popstate", arrive);
    return () => removeEventListener("popstate", arrive);
  }, [endpoint]);

  useEffect(() => {
    endpoint?.call.render(receiver.receive, view, context).catch((error: unknown) => {
      report({ kind: "crash", view, ...thrown(error) });
    });
    // A context is new at every render of the page; what it says changes with the place only.
  }, [endpoint, receiver]);

  return (
    <>
      <CrashBarrier key={place} failed={(error) => report({ kind: "crash", view, ...thrown(error) })}>
        <RemoteRenderer receiver={receiver} controller={controller} />
      </CrashBarrier>
      <iframe
        ref={frame}
        className="frame"
        sandbox="allow-scripts"
        src="/frame"
        title="The extension's code"
        onLoad={connect}
      />
    </>
  );
}

/** Props that a component cannot show must not take the whole page down. */
class CrashBarrier extends Component<{ failed(error: unknown): void; children: ReactNode }, { crashed: boolean }> {
  override state = { crashed: false };

  static getDerivedStateFromError() {
    return { crashed: true };
  }

  override componentDidCatch(error: unknown) {
    this.props.failed(error);
  }

  override render() {
    return this.state.crashed ? null : this.props.children;
  }
}
