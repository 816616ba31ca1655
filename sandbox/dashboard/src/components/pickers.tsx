// Inputs for more than text: amounts, dates, files, and what is searched for.

import type {
  CurrencyFieldProps,
  DateFieldProps,
  DateRangePickerProps,
  SearchFieldProps,
  StripeFileUploaderProps,
} from "@stripe/ui-extension-sdk/ui";
import { useState } from "react";

import { Field, useValue } from "./fields";
import { useHost } from "./host-context";
import { fractionDigits } from "./money";

export function CurrencyField({ label, description, error, hiddenElements, disabled, ...props }: CurrencyFieldProps) {
  const { onChange, onCurrencyChange, readOnly, autoFocus, fractionDigitOffset = 0 } = props;
  const allowed = props.currencyAllowlist ?? [];
  const [currency, changeCurrency] = useValue(props.currency, props.defaultCurrency ?? allowed[0] ?? "USD");
  const digits = Math.max(0, fractionDigits(currency) + fractionDigitOffset);
  const written = (amount: number | null | undefined) =>
    typeof amount === "number" ? (amount / 10 ** digits).toFixed(digits) : "";
  const given = props.value === undefined ? undefined : written(props.value);
  const [shown, change] = useValue(given, written(props.defaultValue));
  const [typed, setTyped] = useState<string>();

  // While somebody types, what they type stands as it is: "1." is on its way to "1.50".
  const type = (text: string) => {
    setTyped(text);
    const amount = text === "" ? null : Math.round(Number(text) * 10 ** digits);
    if (amount === null || Number.isFinite(amount)) {
      change(written(amount), () => onChange?.(amount));
    }
  };
  return (
    <Field component="CurrencyField" {...{ label, description, error, hiddenElements, disabled }}>
      {(control) => (
        <div className="x-currency">
          <input
            {...control}
            {...{ readOnly, autoFocus }}
            inputMode="decimal"
            value={typed ?? shown}
            onChange={({ target }) => type(target.value)}
            onBlur={() => setTyped(undefined)}
          />
          {allowed.length > 1 ? (
            <select
              aria-label="Currency"
              value={currency}
              disabled={control.disabled}
              onChange={({ target }) => {
                const next = target.value as typeof currency;
                changeCurrency(next, () => onCurrencyChange?.(next));
              }}
            >
              {allowed.map((one) => (
                <option key={one}>{one}</option>
              ))}
            </select>
          ) : (
            <span>{currency}</span>
          )}
        </div>
      )}
    </Field>
  );
}

/** SDK 8 and older hand over an event, SDK 9 the date itself. */
export function DateField({
  value,
  defaultValue = "",
  onChange,
  ...props
}: DateFieldProps & { schemaVersion?: string }) {
  const [shown, change] = useValue(value, defaultValue);
  const isOld = !props.schemaVersion?.startsWith("v9");
  const asTheSdkSays = (date: string) => (isOld ? ({ target: { value: date } } as unknown as string) : date);
  return (
    <Field component="DateField" {...props}>
      {(control) => (
        <input
          {...control}
          type="date"
          value={shown}
          onChange={({ target }) => change(target.value, () => onChange?.(asTheSdkSays(target.value)))}
        />
      )}
    </Field>
  );
}

const PRESETS = {
  today: "Today",
  yesterday: "Yesterday",
  last7Days: "Last 7 days",
  last4Weeks: "Last 4 weeks",
  last3Months: "Last 3 months",
  last6Months: "Last 6 months",
  last12Months: "Last 12 months",
  previousMonth: "Previous month",
  previousQuarter: "Previous quarter",
  previousYear: "Previous year",
  monthToDate: "Month to date",
  quarterToDate: "Quarter to date",
  yearToDate: "Year to date",
  allTime: "All time",
};

type Range = Exclude<DateRangePickerProps["value"]["range"], undefined>;

export function DateRangePicker({ label, value, onChange, ...props }: DateRangePickerProps) {
  const [shown, change] = useValue(value, value);
  const { range, granularity } = shown;
  const pick = (next: Range | undefined, by = granularity) => {
    const picked = { range: next, ...(by && { granularity: by }) };
    change(picked, () => onChange(picked as Parameters<typeof onChange>[0]));
  };
  const between = typeof range === "object" ? range : {};
  const bound = (date: string | undefined) => (date === "today" ? day(new Date()) : date?.replaceAll("/", "-"));
  const side = (name: "start" | "end") => (
    <input
      type="date"
      aria-label={name}
      value={day(between[name])}
      min={bound(props.disableDatesBefore)}
      max={bound(props.disableDatesAfter)}
      onChange={({ target }) => pick({ ...between, [name]: target.valueAsDate ?? undefined })}
    />
  );
  return (
    <Field component="DateRangePicker" label={label}>
      {(control) => (
        <div className="x-range">
          <select
            {...control}
            value={typeof range === "string" ? range : ""}
            onChange={({ target }) => pick(target.value ? (target.value as Range) : {})}
          >
            <option value="">Custom</option>
            {Object.entries(PRESETS).map(([preset, name]) => (
              <option key={preset} value={preset}>
                {name}
              </option>
            ))}
          </select>
          {typeof range !== "string" && (
            <>
              {side("start")} – {side("end")}
            </>
          )}
          {props.showDateGranularityToggle && (
            <select
              aria-label="Granularity"
              value={granularity ?? "day"}
              onChange={({ target }) => pick(range, target.value as typeof granularity)}
            >
              {["day", "week", "month", "year"].map((one) => (
                <option key={one}>{one}</option>
              ))}
            </select>
          )}
        </div>
      )}
    </Field>
  );
}

function day(date: Date | undefined): string {
  return date instanceof Date && !Number.isNaN(date.getTime()) ? date.toISOString().slice(0, 10) : "";
}

export function SearchField({ data, value, defaultValue = "", onInputChange, ...props }: SearchFieldProps) {
  const [shown, change] = useValue(value, defaultValue);
  const [picked, setPicked] = useState<(string | number)[]>([props.defaultSelected ?? []].flat());
  const [open, setOpen] = useState(false);
  const pick = (id: string | number) => {
    if (props.selectionMode === "single") {
      setPicked([id]);
      setOpen(false);
      props.onSelectionChange?.(id);
      return;
    }
    const next = picked.includes(id) ? picked.filter((one) => one !== id) : [...picked, id];
    setPicked(next);
    props.onSelectionChange?.(new Set(next));
  };
  const matching = data.filter((one) => one.value.toLowerCase().includes(shown.toLowerCase()));
  const { label, description, error, disabled } = props;
  return (
    <Field component="SearchField" {...{ label, description, error, disabled }}>
      {(control) => (
        <div
          className="x-search"
          onBlur={({ relatedTarget, currentTarget }) => setOpen(currentTarget.contains(relatedTarget))}
        >
          <input
            {...control}
            type="search"
            role="combobox"
            aria-expanded={open}
            placeholder={props.placeholder}
            value={shown}
            onFocus={() => setOpen(true)}
            onChange={({ target }) => change(target.value, () => onInputChange?.(target.value))}
          />
          {open && (
            <div className="x-popup" role="listbox">
              {matching.map((one) => (
                <button
                  key={one.id}
                  type="button"
                  role="option"
                  aria-selected={picked.includes(one.id)}
                  className="x-menu-item"
                  onClick={() => pick(one.id)}
                >
                  {one.value}
                </button>
              ))}
              {matching.length === 0 && <p className="x-empty">No results</p>}
            </div>
          )}
        </div>
      )}
    </Field>
  );
}

/** Nothing is uploaded: the extension gets the file object that Stripe would have made. */
export function StripeFileUploader({ label, purpose, onComplete }: StripeFileUploaderProps) {
  const { report } = useHost();
  const upload = (file: File | undefined) => {
    if (!file) {
      return;
    }
    report({ kind: "stand_in", what: "StripeFileUploader", does: `"${file.name}" stays on your machine` });
    onComplete?.({
      id: "file_1SandboxUpload",
      object: "file",
      created: Math.floor(Date.now() / 1000),
      filename: file.name,
      links: { object: "list", data: [], has_more: false, url: "/v1/file_links" },
      purpose,
      size: file.size,
      type: file.type.split("/").at(-1),
    });
  };
  return (
    <Field component="StripeFileUploader" label={label}>
      {(control) => <input {...control} type="file" onChange={({ target }) => upload(target.files?.[0])} />}
    </Field>
  );
}
