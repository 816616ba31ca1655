// Inputs. Like the real ones they keep what is typed; the extension hears of changes.

import { type ChangeEvent, type ReactNode, useId } from "react";

type Element = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

interface FieldProps {
  label?: ReactNode;
  description?: string;
  error?: string;
  name?: string;
  disabled?: boolean;
  required?: boolean;
  onChange?: (event: object) => void;
}

interface TextProps extends FieldProps {
  defaultValue?: string;
  placeholder?: string;
  type?: string;
}

interface ChoiceProps extends FieldProps {
  defaultChecked?: boolean;
  value?: string;
}

export function TextField({ defaultValue, placeholder, type, ...field }: TextProps) {
  return (
    <Field {...field}>
      {(common) => <input {...common} type={type} defaultValue={defaultValue} placeholder={placeholder} />}
    </Field>
  );
}

export function TextArea({ defaultValue, placeholder, ...field }: TextProps) {
  return (
    <Field {...field}>
      {(common) => <textarea {...common} defaultValue={defaultValue} placeholder={placeholder} />}
    </Field>
  );
}

export function Select({ defaultValue, children, ...field }: TextProps & { children?: ReactNode }) {
  return (
    <Field {...field}>
      {(common) => (
        <select {...common} defaultValue={defaultValue}>
          {children}
        </select>
      )}
    </Field>
  );
}

export function Checkbox({ defaultChecked, value, ...field }: ChoiceProps) {
  return (
    <Field {...field}>
      {(common) => <input {...common} type="checkbox" defaultChecked={defaultChecked} value={value} />}
    </Field>
  );
}

export function Radio({ defaultChecked, value, ...field }: ChoiceProps) {
  return (
    <Field {...field}>
      {(common) => <input {...common} type="radio" defaultChecked={defaultChecked} value={value} />}
    </Field>
  );
}

export function Switch({ defaultChecked, ...field }: ChoiceProps) {
  return (
    <Field {...field}>
      {(common) => <input {...common} type="checkbox" role="switch" defaultChecked={defaultChecked} />}
    </Field>
  );
}

interface Common {
  id: string;
  name: string | undefined;
  disabled: boolean | undefined;
  required: boolean | undefined;
  onChange: (event: ChangeEvent<Element>) => void;
}

function Field({
  label,
  description,
  error,
  onChange,
  children,
  ...rest
}: FieldProps & { children: (common: Common) => ReactNode }) {
  const id = useId();
  const { name, disabled, required } = rest;
  return (
    <div className="x-field">
      <label htmlFor={id}>{label}</label>
      {description && <small>{description}</small>}
      {children({ id, name, disabled, required, onChange: (event) => onChange?.(changeEvent(event)) })}
      {error && <small className="x-error">{error}</small>}
    </div>
  );
}

/** What of a change event can leave the page. */
function changeEvent({ type, target }: ChangeEvent<Element>): object {
  const { name, value } = target;
  const seen = { name, value, ...("checked" in target && { checked: target.checked }) };
  return { type, target: seen, currentTarget: seen };
}
