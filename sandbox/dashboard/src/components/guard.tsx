// Props that one component cannot show must not take the rest of the view with them.

import { Component, type ReactNode } from "react";

import type { Host } from "./host-context";
import { HostContext } from "./host-context";

interface Props {
  component: string;
  children: ReactNode;
}

export class Guard extends Component<Props, { failed: boolean }> {
  static override contextType = HostContext;
  declare context: Host | undefined;
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidCatch(error: unknown) {
    this.context?.report({ kind: "props", component: this.props.component, message: String(error) });
  }

  // New props get another chance.
  override componentDidUpdate(before: Props) {
    if (this.state.failed && before.children !== this.props.children) {
      this.setState({ failed: false });
    }
  }

  override render() {
    return this.state.failed ? (
      <small className="x-unknown">{`<${this.props.component}>`} cannot be shown</small>
    ) : (
      this.props.children
    );
  }
}
