// Everything that can be pressed. The page follows links: the frame may not.

import type { MouseEvent, ReactNode } from "react";

import { useHost } from "./host-context";
import { type Css, style } from "./tokens";

type Href = string | { name: string };

export interface Action {
  href?: Href;
  target?: string;
  onPress?: (event: object) => void;
}

interface PressableProps extends Action {
  className: string;
  children?: ReactNode;
  css?: Css;
  disabled?: boolean;
  rel?: string;
}

/** A link where there is an address, else a button. */
export function Pressable({ href, target, onPress, className, css, disabled, rel, children }: PressableProps) {
  const { openRoute } = useHost();
  const press = (event: MouseEvent) => {
    onPress?.(pressEvent(event));
    if (typeof href === "object") {
      openRoute(href);
    }
  };
  if (typeof href === "string" && !disabled) {
    return (
      <a className={className} style={style(css)} href={href} target={target} rel={rel ?? "noopener"} onClick={press}>
        {children}
      </a>
    );
  }
  return (
    <button type="button" className={className} style={style(css)} disabled={disabled} onClick={press}>
      {children}
    </button>
  );
}

/** The SDK's PressEvent, without the target: an element cannot leave the page. */
function pressEvent({ altKey, ctrlKey, metaKey, shiftKey, detail }: MouseEvent): object {
  return { type: "press", pointerType: detail === 0 ? "keyboard" : "mouse", altKey, ctrlKey, metaKey, shiftKey };
}

interface ButtonProps extends Omit<PressableProps, "className"> {
  type?: "primary" | "secondary" | "destructive";
  size?: string;
  pending?: boolean;
}

export function Button({ type = "secondary", size = "medium", pending, disabled, ...rest }: ButtonProps) {
  return (
    <Pressable
      {...rest}
      className={`x-button x-${type} x-size-${size}${pending ? " x-pending" : ""}`}
      disabled={Boolean(disabled || pending)}
    />
  );
}

export function ButtonGroup({ children, direction = "row" }: { children?: ReactNode; direction?: "row" | "column" }) {
  return <div className={`x-button-group x-${direction}`}>{children}</div>;
}

interface LinkProps extends Omit<PressableProps, "className"> {
  type?: "primary" | "secondary";
  external?: boolean;
}

export function Link({ type = "primary", external, children, ...rest }: LinkProps) {
  return (
    <Pressable {...rest} className={`x-link x-link-${type}`}>
      {children}
      {external && <span aria-hidden="true"> ↗</span>}
    </Pressable>
  );
}
