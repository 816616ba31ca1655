// Boxes, and what divides them.

import type { AccordionItemProps, AccordionProps, BoxProps, InlineProps } from "@stripe/ui-extension-sdk/ui";
import { type SyntheticEvent, useRef } from "react";

import { useCss } from "./css";

export function Box({ css, children }: BoxProps) {
  return <div {...useCss("Box", css, "x-box")}>{children}</div>;
}

export function Inline({ css, children }: InlineProps) {
  return <span {...useCss("Inline", css, "x-box")}>{children}</span>;
}

export function Divider() {
  return <hr className="x-divider" />;
}

export function Accordion({ children }: AccordionProps) {
  return <div className="x-accordion">{children}</div>;
}

export function AccordionItem({
  title,
  subtitle,
  media,
  actions,
  defaultOpen,
  onChange,
  children,
}: AccordionItemProps) {
  const known = useRef(defaultOpen ?? false);
  // A browser also fires it for an item that starts open.
  const toggle = ({ currentTarget: { open } }: SyntheticEvent<HTMLDetailsElement>) => {
    if (open !== known.current) {
      known.current = open;
      onChange?.(open);
    }
  };
  return (
    <details open={defaultOpen} onToggle={toggle}>
      <summary>
        {media}
        <span className="x-accordion-title">
          <strong>{title}</strong>
          {subtitle && <small>{subtitle}</small>}
        </span>
        {/* Pressing an action leaves the item as it is. */}
        {actions && <span onClick={(event) => event.preventDefault()}>{actions}</span>}
      </summary>
      <div className="x-accordion-body">{children}</div>
    </details>
  );
}
