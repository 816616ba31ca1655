// What is looked at only.

import type { ReactNode } from "react";

import { type Css, style } from "./tokens";

export function Badge({ type = "neutral", children }: { type?: string; children?: ReactNode }) {
  return <span className={`x-badge x-badge-${type}`}>{children}</span>;
}

interface BannerProps {
  type?: "default" | "caution" | "critical";
  title?: ReactNode;
  description?: ReactNode;
  actions?: ReactNode;
  onDismiss?: () => void;
}

export function Banner({ type = "default", title, description, actions, onDismiss }: BannerProps) {
  return (
    <div className={`x-banner x-banner-${type}`} role={type === "critical" ? "alert" : "status"}>
      {title && <strong>{title}</strong>}
      {description && <div>{description}</div>}
      {actions && <div className="x-button-group">{actions}</div>}
      {onDismiss && (
        <button type="button" className="x-dismiss" aria-label="Dismiss" onClick={() => onDismiss()}>
          ×
        </button>
      )}
    </div>
  );
}

/** Stripe's drawings are Stripe's: a few common ones have a sign of ours, the others a dot. */
const SIGNS: Record<string, string> = {
  add: "+",
  cancel: "×",
  check: "✓",
  checkCircle: "✓",
  external: "↗",
  info: "ⓘ",
  link: "🔗",
  mail: "✉",
  refresh: "↻",
  settings: "⚙",
  warning: "⚠",
};

export function Icon({ name, size = "small", css }: { name: string; size?: string; css?: Css }) {
  return (
    <span className={`x-icon x-size-${size}`} style={style(css)} title={name} aria-hidden="true">
      {SIGNS[name] ?? "•"}
    </span>
  );
}

interface ImgProps {
  src?: string;
  alt?: string;
  width?: string | number;
  height?: string | number;
}

export function Img({ src, alt = "", width, height }: ImgProps) {
  return <img className="x-img" src={src} alt={alt} width={width} height={height} />;
}

export function Spinner({ size = "medium" }: { size?: string }) {
  return <span className={`x-spinner x-size-${size}`} role="progressbar" aria-label="Loading" />;
}
