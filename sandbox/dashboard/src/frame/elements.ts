// Elements leave the frame only as children, and in the properties that the app's SDK has for them. Where one stands in
// another property nothing of the view could be sent: it is left out, and told.

import { ACTION_UPDATE_PROPS, type RemoteChannel } from "@remote-ui/core";
import { isValidElement } from "react";

type Found = (component: string, prop: string) => void;
type Fields = Record<string, unknown>;

/** A channel that leaves such elements out of what goes through another one. */
export function withoutElements(channel: RemoteChannel, found: Found): RemoteChannel {
  /** The components that have been sent, by their ids. */
  const components = new Map<unknown, string>();

  function cleaned(value: unknown, component: string, prop: string): unknown {
    if (isValidElement(value)) {
      found(component, prop);
      return undefined;
    }
    if (Array.isArray(value)) {
      return value.map((one) => cleaned(one, component, prop));
    }
    if (!isFields(value)) {
      return value;
    }
    const { id, type, props } = value;
    if (typeof type === "string" && isFields(props)) {
      components.set(id, type);
      return { ...value, props: properties(props, type), children: cleaned(value.children, type, "children") };
    }
    return mapped(value, (one) => cleaned(one, component, prop));
  }

  function properties(props: Fields, component: string): Fields {
    return mapped(props, (value, prop) => cleaned(value, component, prop));
  }

  return (action, ...parts: unknown[]) => {
    const [id, props] = parts;
    const sent =
      action === ACTION_UPDATE_PROPS && isFields(props)
        ? [id, properties(props, components.get(id) ?? "")]
        : parts.map((part) => cleaned(part, "", ""));
    return (channel as (...sent: unknown[]) => void | Promise<void>)(action, ...sent);
  };
}

/** An object of no class of its own. */
function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function mapped(fields: Fields, change: (value: unknown, name: string) => unknown): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, change(value, name)]));
}
