// Dates as the SDK names their styles: `medium-year-month-day` is Oct 25, 1985.

type Length = "long" | "medium" | "short";

/**
 * A date or time in one of the SDK's styles, by default `short-year-month-day-time`.
 *
 * Numbers are Unix seconds, as everywhere in Stripe's API, or milliseconds where they are too large for that.
 */
export function formatDate(value: string | number, style = "short-year-month-day-time", timeZone?: string): string {
  const date = new Date(typeof value === "number" && value < 1e11 ? value * 1000 : value);
  if (Number.isNaN(date.getTime())) {
    return String(value);
  }
  // A part with a question mark may be left out where it says nothing new: here it never is.
  const [length, ...parts] = style.replaceAll("?", "").split("-") as [Length, ...string[]];
  const text = length === "long" ? "long" : length === "medium" ? "short" : "numeric";
  const has = (part: string) => parts.includes(part);
  return new Intl.DateTimeFormat("en-US", {
    timeZone,
    ...(has("year") && { year: length === "short" ? "2-digit" : "numeric" }),
    ...(has("month") && { month: text }),
    ...(has("day") && { day: "numeric" }),
    ...(has("weekday") && { weekday: "long" }),
    ...(has("time") && { hour: "numeric", minute: "2-digit" }),
    ...(has("seconds") && { second: "2-digit" }),
    ...(has("timezone") && { timeZoneName: "short" }),
  } as Intl.DateTimeFormatOptions).format(date);
}
