// Everything that can be pressed. The page follows links: the frame may not.

import type { ButtonGroupProps, ButtonProps, LinkProps } from "@stripe/ui-extension-sdk/ui";
import type { MouseEvent, ReactNode } from "react";

import type { Route } from "../protocol";
import { type Css, useCss } from "./css";
import { useHost } from "./host-context";

/** What the SDK calls an action: an address, a handler, or both. */
export interface Action {
  href?: Route | undefined;
  target?: string | undefined;
  onPress?: ((event: never) => void) | undefined;
}

interface PressableProps extends Action {
  className: string;
  component?: string;
  children?: ReactNode;
  css?: Css;
  disabled?: boolean | undefined;
  rel?: string | undefined;
  tabIndex?: number | undefined;
}

/** A link where there is an address outside the Dashboard, else a button. */
export function Pressable({ href, target, onPress, disabled, rel, tabIndex, children, ...rest }: PressableProps) {
  const { openRoute } = useHost();
  const attributes = useCss(rest.component ?? "", rest.css, rest.className);
  const press = (event: MouseEvent) => {
    onPress?.(pressEvent(event) as never);
    if (href === "#") {
      // Leads nowhere, and what stands behind the # of this page is the app's place.
      event.preventDefault();
    }
    if (href !== undefined && !isAddress(href)) {
      openRoute(href);
    }
  };
  if (href !== undefined && isAddress(href) && !disabled) {
    const link = { href, target, rel: rel ?? "noopener", tabIndex };
    return (
      <a {...attributes} {...link} onClick={press}>
        {children}
      </a>
    );
  }
  return (
    <button type="button" {...attributes} disabled={disabled} tabIndex={tabIndex} onClick={press}>
      {children}
    </button>
  );
}

/** An address of its own, as opposed to a page of the Dashboard. */
function isAddress(href: Route): href is string {
  return typeof href === "string" && /^([a-z][a-z0-9+.-]*:|\/\/|#$)/i.test(href);
}

/** The SDK's PressEvent, without the target: an element cannot leave the page. */
function pressEvent({ altKey, ctrlKey, metaKey, shiftKey, detail }: MouseEvent): object {
  return { type: "press", pointerType: detail === 0 ? "keyboard" : "mouse", altKey, ctrlKey, metaKey, shiftKey };
}

export function Button({ type = "secondary", size = "medium", pending, disabled, ...rest }: ButtonProps) {
  return (
    <Pressable
      {...rest}
      component="Button"
      className={`x-button x-${type} x-size-${size}${pending ? " x-pending" : ""}`}
      disabled={Boolean(disabled || pending)}
    />
  );
}

export function ButtonGroup({ children, direction = "row" }: ButtonGroupProps) {
  return <div className={`x-button-group x-${direction}`}>{children}</div>;
}

export function Link({ type = "primary", external, children, ...rest }: LinkProps) {
  return (
    <Pressable {...rest} component="Link" className={`x-link x-link-${type}`}>
      {children}
      {external && <span aria-hidden="true"> ↗</span>}
    </Pressable>
  );
}
