// Boxes, and what divides them.

import type { ReactNode } from "react";

import { type Css, style } from "./tokens";

interface Styled {
  css?: Css;
  children?: ReactNode;
}

export function Box({ css, children }: Styled) {
  return <div style={style(css)}>{children}</div>;
}

export function Inline({ css, children }: Styled) {
  return <span style={style(css)}>{children}</span>;
}

export function Divider() {
  return <hr className="x-divider" />;
}

export function Accordion({ children }: { children?: ReactNode }) {
  return <div className="x-accordion">{children}</div>;
}

interface AccordionItemProps {
  title?: ReactNode;
  subtitle?: ReactNode;
  defaultOpen?: boolean;
  children?: ReactNode;
}

export function AccordionItem({ title, subtitle, defaultOpen, children }: AccordionItemProps) {
  return (
    <details open={defaultOpen}>
      <summary>
        <strong>{title}</strong> {subtitle}
      </summary>
      {children}
    </details>
  );
}
