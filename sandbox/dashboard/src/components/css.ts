// The SDK's `css` prop as CSS: tokens of SDK 9, and those that SDK 8 and older still had.
//
// Stripe takes its design tokens only. Anything else has no effect, and a note says so.

import type { CSSProperties } from "react";
import { useEffect } from "react";

import { useHost } from "./host-context";

export type Css = Record<string, unknown> | undefined;

type Value = string | number;
type Style = CSSProperties & Record<`--${string}`, Value>;

interface Rule {
  /** What the property takes, in words. */
  takes: string;
  /** The CSS of a value, or nothing where it is not one that the property takes. */
  style(value: Value, css: Record<string, unknown>): Style | undefined;
}

const SPACE = { xxsmall: 2, xsmall: 4, small: 8, medium: 16, large: 24, xlarge: 32, xxlarge: 48 };
const RADIUS = { none: 0, xsmall: 2, small: 4, medium: 8, large: 12, rounded: 999 };
const TEXT_COLOR = {
  brand: "#1d5f8a",
  primary: "#1f2a37",
  secondary: "#586777",
  disabled: "#93a0ad",
  info: "#14467a",
  success: "#14532d",
  attention: "#7a4300",
  critical: "#a32315",
};
const BACKGROUND = { container: "#f3f6f8", surface: "#fff" };
const LINE_COLOR = { neutral: "#dbe3ea", critical: "#c2321f" };
const SHADOW = {
  none: "none",
  base: "0 1px 3px rgb(22 52 74 / 18%)",
  top: "0 6px 18px rgb(22 52 74 / 22%)",
  hover: "0 3px 10px rgb(22 52 74 / 20%)",
  focus: "0 0 0 3px #6fb2de",
};
const FONT: Record<string, Style> = {
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
const SIZE = { auto: "auto", fill: "100%", min: "min-content", max: "max-content", fit: "fit-content" };
const ALIGN_X = { start: "start", center: "center", end: "end", stretch: "stretch" };
const ALIGN_Y = { top: "start", center: "center", baseline: "baseline", bottom: "end", stretch: "stretch" };
const STACK: Record<string, Style> = {
  x: { display: "flex", flexDirection: "row" },
  y: { display: "flex", flexDirection: "column" },
  z: { display: "grid" },
};
/** `layout` of SDK 8 and older. */
const LAYOUT: Record<string, Style> = {
  inline: { display: "inline" },
  row: STACK.x as Style,
  column: STACK.y as Style,
  "inline-row": { ...STACK.x, display: "inline-flex" },
  "inline-column": { ...STACK.y, display: "inline-flex" },
};
const OVERFLOW = ["visible", "hidden", "clip", "scroll", "auto"];
const BORDER_STYLE =
  "dashed dotted double groove hidden inherit initial inset none outset revert revert-layer ridge solid unset".split(
    " ",
  );
const SIDES = ["Top", "Right", "Bottom", "Left"];

const RULES: Record<string, Rule> = {
  ...spaces("padding", (side, value) => ({ [`padding${side}`]: value })),
  ...spaces("margin", (side, value) => ({ [`margin${side}`]: value })),
  ...spaces("bleed", (side, value) => ({ [`margin${side}`]: -value })),
  gap: space((gap) => ({ gap })),
  gapX: space((columnGap) => ({ columnGap })),
  gapY: space((rowGap) => ({ rowGap })),
  columnGap: space((columnGap) => ({ columnGap })),
  rowGap: space((rowGap) => ({ rowGap })),
  inset: space((inset) => ({ inset })),
  top: space((top) => ({ top })),
  right: space((right) => ({ right })),
  bottom: space((bottom) => ({ bottom })),
  left: space((left) => ({ left })),

  width: size((width) => ({ width })),
  minWidth: size((minWidth) => ({ minWidth })),
  maxWidth: size((maxWidth) => ({ maxWidth })),
  height: size((height) => ({ height })),
  minHeight: size((minHeight) => ({ minHeight })),
  maxHeight: size((maxHeight) => ({ maxHeight })),
  minTileWidth: size((width) => ({
    display: "grid",
    gridTemplateColumns: `repeat(auto-fill, minmax(${typeof width === "number" ? `${width}px` : width}, 1fr))`,
  })),
  gridColumns: number((columns) => ({ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` })),
  ...keywords("display", ["grid"]),

  stack: token(STACK, (style) => style),
  layout: token(LAYOUT, (style) => style),
  distribute: token({ packed: "start", "space-between": "space-between" }, (justifyContent) => ({ justifyContent })),
  wrap: token({ wrap: "wrap", nowrap: "nowrap", "wrap-reverse": "wrap-reverse" }, (flexWrap) => ({ flexWrap })),
  alignX: token(ALIGN_X, (value, css) => (isColumn(css) ? { alignItems: value } : alongTheRow(value, css))),
  alignY: token(ALIGN_Y, (value, css) => (isColumn(css) ? { justifyContent: value } : { alignItems: value })),
  // Which of the two applies depends on the parent: components.css picks.
  alignSelfX: token(ALIGN_X, (value) => ({ "--align-self-x": value, justifySelf: value })),
  alignSelfY: token(ALIGN_Y, (value) => ({ "--align-self-y": value })),

  font: token(FONT, (style) => style),
  fontFamily: token({ monospace: "ui-monospace, monospace", ui: "inherit" }, (fontFamily) => ({ fontFamily })),
  fontWeight: token({ regular: 400, semibold: 600, bold: 700 }, (fontWeight) => ({ fontWeight })),
  color: token(TEXT_COLOR, (color) => ({ color })),
  fill: token(TEXT_COLOR, (color) => ({ color })),
  backgroundColor: token(BACKGROUND, (backgroundColor) => ({ backgroundColor })),
  // SDK 8 and older.
  background: token(BACKGROUND, (backgroundColor) => ({ backgroundColor })),

  keyline: token(LINE_COLOR, (color) => ({ boxShadow: `0 0 0 1px ${color}` })),
  boxShadow: token(SHADOW, (boxShadow) => ({ boxShadow })),
  topShadow: token(SHADOW, (boxShadow) => ({ boxShadow })),
  focusRing: token(SHADOW, (boxShadow) => ({ boxShadow })),
  borderRadius: token(RADIUS, (borderRadius) => ({ borderRadius })),
  borderTopLeftRadius: token(RADIUS, (borderTopLeftRadius) => ({ borderTopLeftRadius })),
  borderTopRightRadius: token(RADIUS, (borderTopRightRadius) => ({ borderTopRightRadius })),
  borderBottomLeftRadius: token(RADIUS, (borderBottomLeftRadius) => ({ borderBottomLeftRadius })),
  borderBottomRightRadius: token(RADIUS, (borderBottomRightRadius) => ({ borderBottomRightRadius })),
  ...borders("", SIDES),
  ...borders("Top", ["Top"]),
  ...borders("Right", ["Right"]),
  ...borders("Bottom", ["Bottom"]),
  ...borders("Left", ["Left"]),

  ...keywords("textAlign", ["center", "end", "justify", "left", "match-parent", "right", "start"]),
  ...keywords("textTransform", ["capitalize", "uppercase", "lowercase", "none", "full-width", "full-size-kana"]),
  textOverflow: token({ ellipsis: "ellipsis" }, (textOverflow) => ({ textOverflow, overflow: "hidden" })),
  ...keywords("whiteSpace", ["normal", "nowrap", "pre", "pre-wrap", "pre-line", "break-spaces"]),
  ...keywords("wordBreak", ["normal", "break-all", "keep-all", "break-word"]),
  ...keywords("overflowWrap", ["break-word", "normal"]),
  ...keywords("wordWrap", ["break-word", "normal"]),
  ...keywords("overflow", OVERFLOW),
  ...keywords("overflowX", OVERFLOW),
  ...keywords("overflowY", OVERFLOW),
  zIndex: token({ overlay: 2, partial: 1 }, (zIndex) => ({ zIndex })),
};

/** A value that Stripe does not take. */
export interface Refused {
  property: string;
  value: string;
  takes: string;
}

/** Translates a `css` prop, and names what of it Stripe would not take. */
export function translate(css: Css): { style: Style; refused: Refused[] } {
  const style: Style = {};
  const refused: Refused[] = [];
  for (const [property, value] of Object.entries(css ?? {})) {
    if (value === undefined || value === null) {
      continue;
    }
    const rule = Object.hasOwn(RULES, property) ? RULES[property] : undefined;
    const made = typeof value === "object" ? undefined : rule?.style(value as Value, css ?? {});
    if (made) {
      Object.assign(style, made);
    } else {
      const takes = rule?.takes ?? "nothing: Stripe has no such property";
      refused.push({ property, value: JSON.stringify(value) ?? String(value), takes });
    }
  }
  return { style, refused };
}

/**
 * The attributes that a component's `css` prop makes. A note names each value that Stripe would not take.
 */
export function useCss(component: string, css: Css, className = ""): { className: string; style: CSSProperties } {
  const { report } = useHost();
  const { style, refused } = translate(css);
  const noted = JSON.stringify(refused);
  useEffect(() => {
    for (const one of JSON.parse(noted) as Refused[]) {
      report({ kind: "css", component, ...one });
    }
  }, [component, noted, report]);
  const stack = stackOf(css ?? {});
  return { className: stack ? `${className} x-stack-${stack}`.trim() : className, style };
}

function token<T>(values: Record<string, T>, style: (value: T, css: Record<string, unknown>) => Style): Rule {
  return {
    takes: `one of ${Object.keys(values).join(", ")}`,
    style: (value, css) => (Object.hasOwn(values, value) ? style(values[value] as T, css) : undefined),
  };
}

function keywords(property: string, values: string[]): Record<string, Rule> {
  return { [property]: token(Object.fromEntries(values.map((one) => [one, one])), (one) => ({ [property]: one })) };
}

function number(style: (value: number) => Style): Rule {
  return { takes: "a number", style: (value) => (typeof value === "number" ? style(value) : undefined) };
}

function space(style: (value: number) => Style): Rule {
  const tokens = token(SPACE, style);
  return {
    takes: `a number, or ${tokens.takes}`,
    style: (value, css) => (typeof value === "number" ? style(value) : tokens.style(value, css)),
  };
}

/** A space on all four sides, on both sides of an axis, or on one side. */
function spaces(property: string, style: (side: string, value: number) => Style): Record<string, Rule> {
  const rule = (sides: string[]) => space((value) => merged(sides, (side) => style(side, value)));
  return {
    [property]: rule(SIDES),
    [`${property}X`]: rule(["Left", "Right"]),
    [`${property}Y`]: rule(["Top", "Bottom"]),
    ...Object.fromEntries(SIDES.map((side) => [property + side, rule([side])])),
  };
}

function size(style: (value: Value) => Style): Rule {
  const tokens = token(SIZE, style);
  return {
    takes: `a number, a fraction like 1/2, or ${tokens.takes}`,
    style: (value, css) => {
      const [, part, whole] = /^(\d{1,2})\/(\d{1,2})$/.exec(String(value)) ?? [];
      if (part && Number(whole) > 0) {
        return style(`${(100 * Number(part)) / Number(whole)}%`);
      }
      return typeof value === "number" ? style(value) : tokens.style(value, css);
    },
  };
}

/** Colour, style and width of a border. A width alone draws a solid line. */
function borders(name: string, sides: string[]): Record<string, Rule> {
  const line = token(LINE_COLOR, (color) => merged(sides, (side) => ({ [`border${side}Color`]: color })));
  const styles = Object.fromEntries(BORDER_STYLE.map((one) => [one, one]));
  return {
    [`border${name}Color`]: line,
    [`border${name}Style`]: token(styles, (style) => merged(sides, (side) => ({ [`border${side}Style`]: style }))),
    [`border${name}Width`]: {
      takes: "a number",
      style: (width, css) => {
        const solid = css[`border${name}Style`] === undefined && css.borderStyle === undefined;
        const made = (side: string) => ({
          [`border${side}Width`]: width,
          ...(solid && { [`border${side}Style`]: "solid" }),
        });
        return typeof width === "number" ? merged(sides, made) : undefined;
      },
    },
  };
}

function merged(sides: string[], style: (side: string) => Style): Style {
  return Object.assign({}, ...sides.map(style)) as Style;
}

function stackOf({ stack, layout }: Record<string, unknown>): string | undefined {
  if (typeof stack === "string" && Object.hasOwn(STACK, stack)) {
    return stack;
  }
  const [, direction] = /(row|column)$/.exec(String(layout)) ?? [];
  return direction && { row: "x", column: "y" }[direction];
}

function isColumn(css: Record<string, unknown>): boolean {
  return stackOf(css) === "y";
}

/** Children of a row share its width; those of a grid have a cell each. */
function alongTheRow(value: string, css: Record<string, unknown>): Style {
  return css.display === "grid" || css.stack === "z" ? { justifyItems: value } : { justifyContent: value };
}
