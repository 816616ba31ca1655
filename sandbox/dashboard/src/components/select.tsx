// The choice of one or more from a list.

import type { SelectProps } from "@stripe/ui-extension-sdk/ui";
import type { ChangeEvent, ReactNode } from "react";

import { Field, attributes, changeEvent, useValue } from "./fields";

export function Select({ value, defaultValue, multiple, onChange, children, ...props }: SelectProps) {
  // A list starts with its first option, unless something else is said.
  const [shown, change] = useValue<string | string[] | undefined>(value, defaultValue);
  const select = (event: ChangeEvent<HTMLSelectElement>) => {
    const picked = [...event.target.selectedOptions].map((option) => option.value);
    const seen = changeEvent(event);
    change(multiple ? picked : picked[0], () => onChange?.(seen as never));
  };
  const chosen = multiple ? [shown ?? []].flat() : shown;
  return (
    <Field component="Select" {...props}>
      {(control) => (
        <select {...control} {...attributes(props)} value={chosen} multiple={multiple} onChange={select}>
          {children}
        </select>
      )}
    </Field>
  );
}

interface OptionProps {
  value?: string;
  label?: string;
  disabled?: boolean;
  /** Of an uncontrolled `Select`, as in HTML. */
  selected?: boolean;
  children?: ReactNode;
}

/** With `optgroup` the only HTML that Stripe takes: what a `Select` offers. */
export function Option({ value, label, disabled, selected, children }: OptionProps) {
  return <option {...{ value, label, disabled, selected }}>{children}</option>;
}

export function OptionGroup({ label, disabled, children }: OptionProps) {
  return (
    <optgroup label={label} disabled={disabled}>
      {children}
    </optgroup>
  );
}
