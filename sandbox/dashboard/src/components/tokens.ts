// The SDK's style tokens as CSS. What is not here has no effect in the sandbox.

import type { CSSProperties } from "react";

export type Css = Record<string, unknown> | undefined;

const SPACE: Record<string, number> = {
  xxsmall: 2,
  xsmall: 4,
  small: 8,
  medium: 16,
  large: 24,
  xlarge: 32,
  xxlarge: 48,
};
const RADIUS: Record<string, number> = { none: 0, xsmall: 2, small: 4, medium: 8, large: 12, rounded: 999 };
const COLOR: Record<string, string> = {
  brand: "#1d5f8a",
  primary: "#1f2a37",
  secondary: "#586777",
  disabled: "#93a0ad",
  info: "#14467a",
  success: "#14532d",
  attention: "#7a4300",
  critical: "#a32315",
};
const FONT: Record<string, CSSProperties> = {
  body: { fontSize: 15 },
  bodyEmphasized: { fontSize: 15, fontWeight: 600 },
  caption: { fontSize: 13 },
  heading: { fontSize: 17, fontWeight: 650 },
  kicker: { fontSize: 12, fontWeight: 600, textTransform: "uppercase", letterSpacing: ".04em" },
  lead: { fontSize: 17 },
  subheading: { fontSize: 15, fontWeight: 600 },
  subtitle: { fontSize: 14, fontWeight: 600 },
  title: { fontSize: 22, fontWeight: 700 },
};
const WEIGHT: Record<string, number> = { regular: 400, semibold: 600, bold: 700 };
const SIZE: Record<string, string> = {
  auto: "auto",
  fill: "100%",
  min: "min-content",
  max: "max-content",
  fit: "fit-content",
};
const BACKGROUND: Record<string, string> = { container: "#f3f6f8", surface: "#fff" };
const LINE: Record<string, string> = { neutral: "#dbe3ea", critical: "#c2321f" };
const ALIGN: Record<string, string> = { top: "start", bottom: "end" };

const SPACED = new Set(["padding", "margin", "gap", "rowGap", "columnGap"]);
const PLAIN = new Set([
  "textAlign",
  "textTransform",
  "whiteSpace",
  "wordBreak",
  "overflowWrap",
  "overflow",
  "overflowX",
  "overflowY",
]);
const SIZED = new Set(["width", "minWidth", "maxWidth", "height", "minHeight", "maxHeight"]);

/** Tokens as a style. Throws on raw values, which the real Dashboard refuses as well. */
export function style(css: Css): CSSProperties {
  const made: CSSProperties = {};
  for (const [token, value] of Object.entries(css ?? {})) {
    if (value !== undefined && value !== null) {
      refuseRaw(token, value);
      Object.assign(made, rule(token, value as string | number, css ?? {}));
    }
  }
  return made;
}

function refuseRaw(token: string, value: unknown): void {
  if (typeof value === "string" && /^#|px$|^rgb/.test(value)) {
    throw new Error(`css ${token}: "${value}" is a raw value; Stripe takes its design tokens only`);
  }
}

function rule(token: string, value: string | number, css: Record<string, unknown>): CSSProperties {
  const [, spaced, side] = /^(padding|margin|gap)(X|Y|Top|Right|Bottom|Left)?$/.exec(token) ?? [];
  if (spaced && side) {
    return sided(spaced, side, space(value));
  }
  if (SPACED.has(token)) {
    return { [token]: space(value) };
  }
  if (SIZED.has(token)) {
    return { [token]: size(value) };
  }
  if (PLAIN.has(token)) {
    return { [token]: value };
  }
  return special(token, String(value), css);
}

function special(token: string, value: string, css: Record<string, unknown>): CSSProperties {
  const [across, along] =
    css.stack === "y" ? (["alignItems", "justifyContent"] as const) : (["justifyContent", "alignItems"] as const);
  switch (token) {
    case "stack":
      return value === "z" ? { display: "grid" } : { display: "flex", flexDirection: value === "x" ? "row" : "column" };
    case "alignX":
      return { [across]: value };
    case "alignY":
      return { [along]: ALIGN[value] ?? value };
    case "distribute":
      return value === "space-between" ? { justifyContent: "space-between" } : {};
    case "wrap":
      return { flexWrap: value as "wrap" };
    case "font":
      return FONT[value] ?? {};
    case "fontFamily":
      return value === "monospace" ? { fontFamily: "ui-monospace, monospace" } : {};
    case "fontWeight":
      return { fontWeight: WEIGHT[value] };
    case "color":
      return { color: COLOR[value] };
    case "fill":
      return { color: COLOR[value] };
    case "backgroundColor":
      return { backgroundColor: BACKGROUND[value] };
    case "borderRadius":
      return { borderRadius: RADIUS[value] };
    case "keyline":
      return { boxShadow: `0 0 0 1px ${LINE[value]}` };
    default:
      return {};
  }
}

function sided(property: string, side: string, value: number): CSSProperties {
  if (property === "gap") {
    return side === "X" ? { columnGap: value } : { rowGap: value };
  }
  const sides = { X: ["Left", "Right"], Y: ["Top", "Bottom"] }[side] ?? [side];
  return Object.fromEntries(sides.map((one) => [property + one, value]));
}

function space(value: string | number): number {
  return typeof value === "number" ? value : (SPACE[value] ?? 0);
}

function size(value: string | number): string | number {
  if (typeof value === "number") {
    return value;
  }
  const [part, whole] = value.split("/").map(Number);
  return part && whole ? `${(100 * part) / whole}%` : (SIZE[value] ?? value);
}
