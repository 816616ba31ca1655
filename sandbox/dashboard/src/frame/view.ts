// What a view is, and what catches what it throws while it renders.

import { Component, type ComponentType, type ErrorInfo, type ReactNode } from "react";

// React marks what `memo`, `forwardRef` and `lazy` return.
const WRAPPERS = ["react.memo", "react.forward_ref", "react.lazy"].map((name) => Symbol.for(name));

/** Whether React can render this as a component. */
export function isView(exported: unknown): exported is ComponentType<object> {
  if (typeof exported !== "object" || exported === null) {
    return typeof exported === "function";
  }
  return WRAPPERS.includes((exported as { $$typeof?: symbol }).$$typeof as symbol);
}

interface Props {
  failed(error: unknown, componentStack?: string): void;
  children?: ReactNode;
}

/** React takes a tree down in which something was thrown; here it is also told. */
export class ViewBoundary extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidCatch(error: unknown, { componentStack }: ErrorInfo) {
    this.props.failed(error, componentStack ?? undefined);
  }

  override render() {
    return this.state.failed ? null : this.props.children;
  }
}
