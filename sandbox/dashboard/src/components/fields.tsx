// Inputs. They show what is typed at once, and what the extension makes of it as soon as it says so.

import type {
  CheckboxProps,
  FormFieldGroupProps,
  RadioProps,
  SwitchProps,
  TextAreaProps,
  TextFieldProps,
} from "@stripe/ui-extension-sdk/ui";
import {
  type ChangeEvent,
  type KeyboardEvent,
  type ReactNode,
  createContext,
  useContext,
  useEffect,
  useId,
  useRef,
  useState,
} from "react";

import { type Css, useCss } from "./css";

type Input = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;
/** A handler of the extension: it runs in the frame, so it answers later. */
type Tell<T> = ((value: T) => unknown) | undefined;

/** Milliseconds until what the extension made of a change has surely been rendered: its answer arrives before. */
const RENDERED = 50;

/**
 * What a field shows. While the extension makes up its mind about a change the user's own input stands; then the
 * extension's value does, if it controls the field.
 */
export function useValue<T>(given: T | undefined, initial: T): [T, (next: T, tell: () => unknown) => void] {
  const [shown, setShown] = useState(given ?? initial);
  const latest = useRef(given);
  const open = useRef(0);
  latest.current = given;

  const settle = () => {
    if (open.current === 0 && latest.current !== undefined) {
      setShown(latest.current);
    }
  };
  useEffect(settle, [given]);

  const change = (next: T, tell: () => unknown) => {
    setShown(next);
    open.current += 1;
    void heard(tell).then(() => {
      open.current -= 1;
      settle();
    });
  };
  return [shown, change];
}

/** Waits for the extension to answer, and for its answer to be rendered. A handler that fails is reported elsewhere. */
async function heard(tell: () => unknown): Promise<void> {
  await Promise.resolve(tell()).catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, RENDERED));
}

/** What a group says about the fields in it. */
const GroupContext = createContext<{ disabled?: boolean | undefined }>({});

interface Common {
  label?: ReactNode;
  description?: string | undefined;
  error?: string | undefined;
  invalid?: boolean | undefined;
  disabled?: boolean | undefined;
  hiddenElements?: ("label" | "description" | "error")[] | undefined;
  css?: Css;
}

interface FieldProps extends Common {
  component: string;
  /** Beside its box, as that of a checkbox. */
  inline?: boolean;
  children(control: Control): ReactNode;
}

interface Control {
  id: string;
  disabled: boolean;
  "aria-invalid": true | undefined;
  "aria-describedby": string | undefined;
}

/** Label, description and error around a control. */
export function Field({ component, inline, label, description, error, hiddenElements = [], ...rest }: FieldProps) {
  const id = useId();
  const group = useContext(GroupContext);
  const { className, style } = useCss(component, rest.css, `x-field${inline ? " x-inline-field" : ""}`);
  const part = (name: "label" | "description" | "error", shown: ReactNode) =>
    shown ? (
      <small id={`${id}-${name}`} className={`x-${name}${hiddenElements.includes(name) ? " x-hidden" : ""}`}>
        {shown}
      </small>
    ) : null;
  const described = [description && "description", error && "error"].filter(Boolean);
  return (
    <div className={className} style={style}>
      {label && (
        <label htmlFor={id} className={hiddenElements.includes("label") ? "x-hidden" : undefined}>
          {label}
        </label>
      )}
      {part("description", description)}
      {rest.children({
        id,
        disabled: rest.disabled ?? group.disabled ?? false,
        "aria-invalid": rest.invalid || error ? true : undefined,
        "aria-describedby": described.map((name) => `${id}-${name}`).join(" ") || undefined,
      })}
      {part("error", error)}
    </div>
  );
}

export function FormFieldGroup({ legend, description, disabled, layout, children }: FormFieldGroupProps) {
  // SDK 8 says row and column.
  const across = layout === "horizontal" || (layout as string) === "row";
  return (
    <fieldset className={`x-group ${across ? "x-row-group" : ""}`} disabled={disabled}>
      {legend && <legend>{legend}</legend>}
      {description && <small>{description}</small>}
      <GroupContext.Provider value={{ disabled }}>
        <div className="x-group-fields">{children}</div>
      </GroupContext.Provider>
    </fieldset>
  );
}

/** `onKeyPress` is of SDK 8 and older. */
type Typed<Props> = Props & { onKeyPress?: TextFieldProps["onKeyDown"] };

export function TextField({ type, ...props }: Typed<TextFieldProps>) {
  const text = useText(props);
  const { autoComplete, maxLength, minLength } = props;
  return (
    <Field component="TextField" {...props}>
      {(control) => (
        <input {...control} {...text} {...attributes(props)} {...{ type, autoComplete, maxLength, minLength }} />
      )}
    </Field>
  );
}

export function TextArea({ cols, rows, wrap, resizeable = true, ...props }: Typed<TextAreaProps>) {
  const text = useText(props);
  const { autoComplete, maxLength, minLength } = props;
  return (
    <Field component="TextArea" {...props}>
      {(control) => (
        <textarea
          {...control}
          {...text}
          {...attributes(props)}
          {...{ cols, rows, wrap, autoComplete, maxLength, minLength }}
          className={resizeable ? undefined : "x-fixed"}
        />
      )}
    </Field>
  );
}

/** Value and handlers of a field that is typed into. */
function useText({ value, defaultValue = "", onChange, ...keys }: Typed<TextFieldProps> | Typed<TextAreaProps>) {
  const [shown, change] = useValue(value, defaultValue);
  const tell = (handler: Tell<never>) => handler && ((event: KeyboardEvent<Input>) => void handler(keyEvent(event)));
  return {
    value: shown,
    onChange: (event: ChangeEvent<Input>) => {
      const seen = changeEvent(event);
      change(event.target.value, () => onChange?.(seen as never));
    },
    onKeyDown: tell(keys.onKeyDown),
    onKeyUp: tell(keys.onKeyUp),
    onKeyPress: tell(keys.onKeyPress),
  };
}

export function Checkbox({ indeterminate = false, ...props }: CheckboxProps) {
  const box = useChecked(props);
  const mark = (input: HTMLInputElement | null) => {
    if (input) {
      input.indeterminate = indeterminate;
    }
  };
  return (
    <Field component="Checkbox" inline {...props}>
      {(control) => <input {...control} {...attributes(props)} {...box} ref={mark} type="checkbox" />}
    </Field>
  );
}

/** What each radio on the page makes of its `checked`: choosing one has changed the others, too. */
const settleRadios = new Set<() => void>();

/** The browser keeps one of a name chosen, until the extension says which it is. */
export function Radio({ checked, defaultChecked, value, onChange, ...props }: RadioProps) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const settle = () => {
      if (input.current && checked !== undefined) {
        input.current.checked = checked;
      }
    };
    settle();
    settleRadios.add(settle);
    return () => void settleRadios.delete(settle);
  }, [checked]);

  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    const seen = changeEvent(event);
    void heard(() => onChange?.(seen as never)).then(() => settleRadios.forEach((settle) => settle()));
  };
  return (
    <Field component="Radio" inline {...props}>
      {(control) => (
        <input
          {...control}
          {...attributes(props)}
          ref={input}
          type="radio"
          value={value}
          defaultChecked={checked ?? defaultChecked}
          onChange={choose}
        />
      )}
    </Field>
  );
}

export function Switch(props: SwitchProps) {
  const box = useChecked(props);
  return (
    <Field component="Switch" inline {...props}>
      {(control) => (
        <input {...control} {...attributes(props)} {...box} type="checkbox" role="switch" className="x-switch" />
      )}
    </Field>
  );
}

function useChecked({ checked, defaultChecked = false, value, readOnly, onChange }: CheckboxProps) {
  const [shown, change] = useValue(checked, defaultChecked);
  return {
    checked: shown,
    value,
    onChange: (event: ChangeEvent<HTMLInputElement>) => {
      if (!readOnly) {
        const seen = changeEvent(event);
        change(event.target.checked, () => onChange?.(seen as never));
      }
    },
  };
}

interface Attributes {
  name?: string | undefined;
  form?: string | undefined;
  placeholder?: string | undefined;
  readOnly?: boolean | undefined;
  required?: boolean | undefined;
  autoFocus?: boolean | undefined;
  tabIndex?: number | undefined;
  spellCheck?: boolean | "true" | "false" | undefined;
}

/** What HTML has under the same name. */
export function attributes(props: Attributes): object {
  const { name, form, placeholder, readOnly, required, autoFocus, tabIndex, spellCheck } = props;
  const all = { name, form, placeholder, readOnly, required, autoFocus, tabIndex, spellCheck };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** What of a change event can leave the page. */
export function changeEvent({ type, target }: ChangeEvent<Input>): object {
  const seen = { name: target.name, value: target.value, ...("checked" in target && { checked: target.checked }) };
  return { type, target: seen, currentTarget: seen };
}

function keyEvent(event: KeyboardEvent<Input>): never {
  const { type, key, code, altKey, ctrlKey, metaKey, shiftKey, repeat, currentTarget } = event;
  const seen = { name: currentTarget.name, value: currentTarget.value };
  const keys = { type, key, code, altKey, ctrlKey, metaKey, shiftKey, repeat };
  return { ...keys, target: seen, currentTarget: seen } as never;
}
