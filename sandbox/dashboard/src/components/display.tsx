// What is looked at only.

import type { BadgeProps, BannerProps, IconProps, ImgProps, SpinnerProps } from "@stripe/ui-extension-sdk/ui";

import { useCss } from "./css";

export function Badge({ type = "neutral", children }: BadgeProps) {
  return <span className={`x-badge x-badge-${type}`}>{children}</span>;
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

/** Stripe's drawings are Stripe's: common ones have a sign of ours that plain fonts have, too, the others a dot. */
const SIGNS: Record<string, string> = {
  add: "+",
  addCircle: "⊕",
  arrowDown: "↓",
  arrowLeft: "←",
  arrowRight: "→",
  arrowUp: "↑",
  arrowUpDown: "↕",
  arrowUpRight: "↗",
  arrowsLoop: "↻",
  calendar: "▦",
  cancel: "×",
  cancelCircle: "⊗",
  caretDown: "▾",
  caretLeft: "◂",
  caretRight: "▸",
  caretUp: "▴",
  check: "✓",
  checkCircle: "✓",
  checkmark: "✓",
  chevronDown: "⌄",
  chevronLeft: "‹",
  chevronRight: "›",
  chevronUp: "⌃",
  clipboard: "▤",
  clock: "◷",
  convert: "⇄",
  cross: "×",
  delete: "⌫",
  download: "⤓",
  edit: "✎",
  email: "✉",
  export: "↥",
  external: "↗",
  info: "ℹ",
  link: "∞",
  mail: "✉",
  more: "⋯",
  next: "›",
  previous: "‹",
  refresh: "↻",
  remove: "−",
  search: "⌕",
  settings: "⚙",
  star: "★",
  trash: "⌫",
  upload: "⤒",
  warning: "⚠",
  warningCircle: "⚠",
};

export function Icon({ name, size = "small", css }: IconProps) {
  return (
    <span {...useCss("Icon", css, `x-icon x-size-${size}`)} title={name} aria-hidden="true">
      {SIGNS[name] ?? "•"}
    </span>
  );
}

export function Img({ alt = "", crossOrigin, src, srcSet, sizes, width, height }: ImgProps) {
  return <img className="x-img" {...{ alt, crossOrigin, src, srcSet, sizes, width, height }} />;
}

export function Spinner({ size = "medium" }: SpinnerProps) {
  return <span className={`x-spinner x-size-${size}`} role="progressbar" aria-label="Loading" />;
}
