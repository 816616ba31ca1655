// Charts, plain: what the data says, not how Stripe draws it.

import type { Channel } from "@stripe/ui-extension-sdk/ui";
import type { MeterChartProps } from "@stripe/ui-extension-sdk/ui/next";

import { formatDate } from "./dates";
import { formatMoney } from "./money";

type Datum = Record<string, unknown>;
type Accessor = string | number | Channel;

/** Of the charts of `ui`, whose properties name what is drawn, and of `ui/next`, whose data has fixed names. */
interface ChartProps {
  data: Datum[] | Datum[][];
  x?: Accessor;
  y?: Accessor;
  color?: Accessor;
  z?: Accessor;
  axis?: "x" | "y" | "both" | "none";
  legend?: boolean;
}

interface Point {
  x: unknown;
  y: number;
  series: string;
}

const WIDTH = 600;
const HEIGHT = 180;
/** The bars of one label. */
const WIDEST = 120;
const COLORS = ["#1d5f8a", "#c27c0e", "#2f8f5b", "#8a4fa3", "#b3433a", "#5b6b7a"];

export function LineChart(props: ChartProps) {
  const chart = chartOf(props);
  const { points, top, bottom, at } = chart;
  const lines = chart.series.map((name) => points.filter((point) => point.series === name));
  return (
    <Frame {...chart} {...props}>
      {lines.map((line, index) => (
        <g key={index} stroke={COLORS[index % COLORS.length]}>
          <polyline
            fill="none"
            strokeWidth="2"
            vectorEffect="non-scaling-stroke"
            points={line.map(({ x, y }) => `${at(x) * WIDTH},${HEIGHT * (1 - share(y, bottom, top))}`).join(" ")}
          />
          {line.length === 1 && line[0] && <circle cx={WIDTH / 2} cy={HEIGHT / 2} r="3" />}
        </g>
      ))}
    </Frame>
  );
}

export function BarChart(props: ChartProps) {
  const chart = chartOf(props);
  const { points, series, labels, top, bottom } = chart;
  const slot = WIDTH / labels.length;
  const group = Math.min(slot * 0.7, WIDEST);
  const bar = group / series.length;
  const zero = HEIGHT * (1 - share(0, bottom, top));
  return (
    <Frame {...chart} {...props}>
      {points.map(({ x, y, series: name }, index) => {
        const left = labels.indexOf(label(x)) * slot + (slot - group) / 2 + series.indexOf(name) * bar;
        const end = HEIGHT * (1 - share(y, bottom, top));
        const color = COLORS[series.indexOf(name) % COLORS.length];
        return (
          <rect key={index} x={left} width={bar} y={Math.min(zero, end)} height={Math.abs(end - zero)} fill={color}>
            <title>{`${label(x)}: ${chart.value(y)}`}</title>
          </rect>
        );
      })}
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

interface FrameProps extends Chart, Pick<ChartProps, "axis" | "legend"> {
  children: React.ReactNode;
}

function Frame({ labels, series, top, bottom, value, axis = "both", legend = true, points, children }: FrameProps) {
  if (points.length === 0) {
    return <p className="x-empty">No data</p>;
  }
  const described = points.map(({ x, y, series: name }) => `${name} ${label(x)}: ${value(y)}`.trim()).join("; ");
  const shown = labels.length > 6 ? [labels[0], labels[labels.length >> 1], labels.at(-1)] : labels;
  return (
    <figure className="x-chart">
      {legend && series.length > 1 && <Legend series={series} />}
      <div className="x-plot">
        {(axis === "y" || axis === "both") && (
          <div className="x-axis-y">
            <span>{value(top)}</span>
            <span>{value(bottom)}</span>
          </div>
        )}
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={described}>
          {children}
        </svg>
        {(axis === "x" || axis === "both") && (
          <div className="x-axis-x">
            {shown.map((text, index) => (
              <span key={index}>{text}</span>
            ))}
          </div>
        )}
      </div>
    </figure>
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
  points: Point[];
  series: string[];
  /** What stands below, in order. */
  labels: string[];
  top: number;
  bottom: number;
  /** Where between left and right a value stands, from 0 to 1. */
  at(x: unknown): number;
  value(y: number): string;
}

function chartOf({ data, x = "x", y = "y", color, z }: ChartProps): Chart {
  const all = data.flat().map((datum) => ({
    x: read(datum, x),
    y: Number(read(datum, y)),
    series: String((color ?? z) === undefined ? (datum.name ?? datum.compare ?? "") : read(datum, color ?? z ?? "")),
  }));
  const points = all.filter((point) => Number.isFinite(point.y));
  const labels = [...new Set(points.map((point) => label(point.x)))];
  const values = points.map((point) => point.y);
  const places = points.map((point) => place(point.x));
  const [first, last] = [Math.min(...places), Math.max(...places)];
  return {
    points,
    labels,
    series: [...new Set(points.map((point) => point.series))],
    top: Math.max(0, ...values),
    bottom: Math.min(0, ...values),
    at: (of) =>
      Number.isFinite(first) ? share(place(of), first, last) : share(labels.indexOf(label(of)), 0, labels.length - 1),
    value: (of) => formatted(of, typeof y === "object" ? y.format : undefined),
  };
}

function read(datum: Datum, accessor: Accessor): unknown {
  return datum[String(typeof accessor === "object" ? accessor.value : accessor)];
}

/** A number to stand at, or NaN for what only has an order. */
function place(x: unknown): number {
  return x instanceof Date || typeof x === "number" ? Number(x) : Number.NaN;
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
