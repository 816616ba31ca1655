// Charts, plain: what the data says, not how Stripe draws it.

import type { Channel } from "@stripe/ui-extension-sdk/ui";
import type { MeterChartProps } from "@stripe/ui-extension-sdk/ui/next";

import { formatDate } from "./dates";
import { formatMoney } from "./money";

type Datum = Record<string, unknown>;
type Accessor = string | number | Channel;

type Axes = "x" | "y" | "both" | "none";

/** Of the charts of `ui`, whose properties name what is drawn, and of `ui/next`, whose data has fixed names. */
interface ChartProps {
  data: Datum[] | Datum[][];
  x?: Accessor;
  y?: Accessor;
  color?: Accessor;
  z?: Accessor;
  axis?: Axes;
  grid?: Axes;
  legend?: boolean;
  tooltip?: boolean;
}

interface Point {
  x: unknown;
  y: number;
  series: string;
}

/** A value of the x axis: where it stands between left and right, from 0 to 1, and what is there. */
interface Stop {
  label: string;
  at: number;
  points: Point[];
}

const WIDTH = 600;
const HEIGHT = 180;
/** The bars of one stop. */
const WIDEST = 120;
const COLORS = ["#1d5f8a", "#c27c0e", "#2f8f5b", "#8a4fa3", "#b3433a", "#5b6b7a"];

export function LineChart(props: ChartProps) {
  const chart = chartOf(props, onScale);
  const { stops, series, height } = chart;
  const placed = (name: string) =>
    stops.flatMap(({ at, points }) =>
      points.filter((point) => point.series === name).map(({ y }) => `${at * WIDTH},${height(y)}`),
    );
  return (
    <Frame {...chart} {...props}>
      {series.map((name, index) => (
        <g key={name} stroke={COLORS[index % COLORS.length]}>
          <polyline fill="none" strokeWidth="2" vectorEffect="non-scaling-stroke" points={placed(name).join(" ")} />
          {stops.length === 1 && <circle cx={WIDTH / 2} cy={HEIGHT / 2} r="3" />}
        </g>
      ))}
    </Frame>
  );
}

export function BarChart(props: ChartProps) {
  const chart = chartOf(props, inSlots);
  const { stops, series, height } = chart;
  const group = Math.min((WIDTH / stops.length) * 0.7, WIDEST);
  const bar = group / series.length;
  const zero = height(0);
  return (
    <Frame {...chart} {...props}>
      {stops.flatMap(({ at, points }) =>
        points.map(({ y, series: name }, index) => {
          const left = at * WIDTH - group / 2 + series.indexOf(name) * bar;
          const color = COLORS[series.indexOf(name) % COLORS.length];
          return (
            <rect
              key={`${at} ${index}`}
              x={left}
              width={bar}
              y={Math.min(zero, height(y))}
              height={Math.abs(height(y) - zero)}
              fill={color}
            />
          );
        }),
      )}
    </Frame>
  );
}

export function Sparkline(props: ChartProps) {
  return (
    <div className="x-spark">
      <LineChart {...props} axis="none" legend={false} />
    </div>
  );
}

export function MeterChart({ data, legendEnabled = true, unitFormat, onSegmentClick }: MeterChartProps) {
  const total = data.reduce((sum, { value }) => sum + value, 0);
  const shown = (value: number) => {
    if (unitFormat?.unit === "currency") {
      return formatMoney(value, unitFormat.options.currency);
    }
    return unitFormat?.unit === "percent" ? `${value}%` : String(value);
  };
  return (
    <div
      className="x-chart"
      role="img"
      aria-label={data.map(({ label, value }) => `${label} ${shown(value)}`).join(", ")}
    >
      <div className="x-meter">
        {data.map((segment, index) => (
          <span
            key={segment.label}
            title={`${segment.label}: ${shown(segment.value)}`}
            style={{ flexGrow: total ? segment.value : 1, background: COLORS[index % COLORS.length] }}
            onClick={() => onSegmentClick?.({ eventType: "meter.segment.click", data: segment })}
          />
        ))}
      </div>
      {legendEnabled && <Legend series={data.map(({ label, value }) => `${label} ${shown(value)}`)} />}
    </div>
  );
}

interface FrameProps extends Chart, Pick<ChartProps, "axis" | "grid" | "legend" | "tooltip"> {
  children: React.ReactNode;
}

function Frame({ axis = "both", grid = "none", legend = true, tooltip = true, children, ...chart }: FrameProps) {
  const { stops, series, top, bottom, value } = chart;
  if (stops.length === 0) {
    return <p className="x-empty">No data</p>;
  }
  const described = stops.flatMap(({ label, points }) =>
    points.map(({ y, series: name }) => `${name} ${label}: ${value(y)}`.trim()),
  );
  const marked = stops.length > 6 ? [0, stops.length >> 1, stops.length - 1].flatMap((one) => stops[one] ?? []) : stops;
  return (
    <figure className="x-chart">
      {legend && series.length > 1 && <Legend series={series} />}
      <div className="x-plot">
        {isOf("y", axis) && (
          <div className="x-axis-y">
            {(isOf("y", grid) ? [top, (top + bottom) / 2, bottom] : [top, bottom]).map((y) => (
              <span key={y}>{value(y)}</span>
            ))}
          </div>
        )}
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={described.join("; ")}>
          <path
            className="x-grid"
            vectorEffect="non-scaling-stroke"
            d={[
              ...(isOf("y", grid) ? [0, HEIGHT / 2, HEIGHT].map((y) => `M0,${y}H${WIDTH}`) : []),
              ...(isOf("x", grid) ? marked.map(({ at }) => `M${at * WIDTH},0V${HEIGHT}`) : []),
            ].join("")}
          />
          {children}
        </svg>
        {tooltip && <Tips stops={stops} value={value} />}
        {isOf("x", axis) && (
          <div className="x-axis-x">
            {marked.map(({ at, label }) => (
              <span key={at} style={{ left: `${at * 100}%`, translate: at === 0 ? "0" : at === 1 ? "-100%" : "-50%" }}>
                {label}
              </span>
            ))}
          </div>
        )}
      </div>
    </figure>
  );
}

function isOf(one: "x" | "y", axes: Axes): boolean {
  return axes === one || axes === "both";
}

/** Over the plot lies a strip for each stop, from halfway to the one before to halfway to the next. */
function Tips({ stops, value }: Pick<Chart, "stops" | "value">) {
  const sorted = [...stops].sort((one, other) => one.at - other.at);
  const between = (one: Stop | undefined, other: Stop | undefined) => one && other && (one.at + other.at) / 2;
  return (
    <div className="x-tips">
      {sorted.map((stop, index) => {
        const left = between(sorted[index - 1], stop) ?? 0;
        const right = between(stop, sorted[index + 1]) ?? 1;
        return (
          <span
            key={stop.at}
            className="x-tooltip"
            style={{ left: `${left * 100}%`, width: `${(right - left) * 100}%` }}
          >
            <span role="tooltip" className={`x-tip ${stop.at > 0.5 ? "x-tip-before" : "x-tip-after"}`}>
              <strong>{stop.label}</strong>
              {stop.points.map(({ y, series: name }, number) => (
                <span key={number}>{name ? `${name}: ${value(y)}` : value(y)}</span>
              ))}
            </span>
          </span>
        );
      })}
    </div>
  );
}

function Legend({ series }: { series: string[] }) {
  return (
    <ul className="x-legend">
      {series.map((name, index) => (
        <li key={name}>
          <i style={{ background: COLORS[index % COLORS.length] }} /> {name}
        </li>
      ))}
    </ul>
  );
}

interface Chart {
  stops: Stop[];
  series: string[];
  top: number;
  bottom: number;
  /** Where a value stands, from the top down. */
  height(y: number): number;
  value(y: number): string;
}

function chartOf({ data, x = "x", y = "y", color, z }: ChartProps, placed: (xs: unknown[]) => number[]): Chart {
  const all = data.flat().map((datum) => ({
    x: read(datum, x),
    // Null is no value, and not 0.
    y: Number(read(datum, y) ?? Number.NaN),
    series: String((color ?? z) === undefined ? (datum.name ?? datum.compare ?? "") : read(datum, color ?? z ?? "")),
  }));
  const points = all.filter((point) => Number.isFinite(point.y));
  const xs = [...new Map(points.map((point) => [identity(point.x), point.x])).values()];
  const places = placed(xs);
  const values = points.map((point) => point.y);
  const [top, bottom] = [Math.max(0, ...values), Math.min(0, ...values)];
  return {
    stops: xs.map((one, index) => ({
      label: label(one),
      at: places[index] ?? 0,
      points: points.filter((point) => identity(point.x) === identity(one)),
    })),
    series: [...new Set(points.map((point) => point.series))],
    top,
    bottom,
    height: (of) => HEIGHT * (1 - share(of, bottom, top)),
    value: (of) => formatted(of, typeof y === "object" ? y.format : undefined),
  };
}

function read(datum: Datum, accessor: Accessor): unknown {
  return datum[String(typeof accessor === "object" ? accessor.value : accessor)];
}

/** Two dates of one moment are one. */
function identity(x: unknown): unknown {
  return x instanceof Date ? x.getTime() : x;
}

/** Each in the middle of a slot, all as wide. */
function inSlots(xs: unknown[]): number[] {
  return xs.map((_, index) => (index + 0.5) / xs.length);
}

/** Each where its value is; what only has an order, at equal distances. */
function onScale(xs: unknown[]): number[] {
  const isScale = xs.every((x) => x instanceof Date || typeof x === "number");
  const places = xs.map((x, index) => (isScale ? Number(x) : index));
  const [first, last] = [Math.min(...places), Math.max(...places)];
  return places.map((one) => share(one, first, last));
}

function label(x: unknown): string {
  return x instanceof Date ? formatDate(x.getTime(), "medium-month-day") : String(x ?? "");
}

function formatted(value: number, format: Channel["format"]): string {
  if (typeof format === "object" && "currency" in format) {
    return formatMoney(value, String(format.currency));
  }
  const unit = typeof format === "object" && "unit" in format ? ` ${String(format.unit)}` : "";
  return `${value.toLocaleString("en-US")}${unit}`;
}

function share(value: number, from: number, to: number): number {
  return to === from ? 0.5 : (value - from) / (to - from);
}
