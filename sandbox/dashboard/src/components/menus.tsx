// What opens over the rest, and chips, which open menus.

import type {
  ChipListProps,
  ChipProps,
  MenuGroupProps,
  MenuItemProps,
  MenuProps,
  TooltipProps,
} from "@stripe/ui-extension-sdk/ui";
import { createContext, useContext, useEffect, useId, useRef, useState } from "react";

type Pick = (id: string) => void;

const MenuContext = createContext<Pick>(() => undefined);

export function Menu({ trigger, onAction, children }: MenuProps) {
  const [open, setOpen] = useState(false);
  const menu = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (!open) {
      return;
    }
    const close = (event: Event) => {
      if (!(event.target instanceof Node && menu.current?.contains(event.target))) {
        setOpen(false);
      }
    };
    const escape = (event: KeyboardEvent) => event.key === "Escape" && setOpen(false);
    document.addEventListener("pointerdown", close);
    document.addEventListener("keydown", escape);
    return () => {
      document.removeEventListener("pointerdown", close);
      document.removeEventListener("keydown", escape);
    };
  }, [open]);

  const pick = (id: string) => {
    setOpen(false);
    onAction?.(id);
  };
  return (
    <div className="x-menu" ref={menu}>
      <span aria-haspopup="menu" aria-expanded={open} onClick={() => setOpen(!open)}>
        {trigger}
      </span>
      {open && (
        <div className="x-popup" role="menu">
          <MenuContext.Provider value={pick}>{children}</MenuContext.Provider>
        </div>
      )}
    </div>
  );
}

export function MenuGroup({ title, children }: MenuGroupProps) {
  const id = useId();
  return (
    <div role="group" aria-labelledby={title ? id : undefined} className="x-menu-group">
      {title && (
        <span id={id} className="x-menu-title">
          {title}
        </span>
      )}
      {children}
    </div>
  );
}

export function MenuItem({ id = "", disabled, onAction, children }: MenuItemProps) {
  const pick = useContext(MenuContext);
  const act = () => {
    onAction?.(id);
    pick(id);
  };
  return (
    <button type="button" role="menuitem" className="x-menu-item" disabled={disabled} onClick={act}>
      {children}
    </button>
  );
}

export function Tooltip({ trigger, type = "label", placement = "top", children }: TooltipProps) {
  const id = useId();
  const [side] = placement.split(" ");
  return (
    <span className="x-tooltip" {...{ [type === "label" ? "aria-labelledby" : "aria-describedby"]: id }}>
      {trigger}
      <span id={id} role="tooltip" className={`x-tip x-tip-${side}`}>
        {children}
      </span>
    </span>
  );
}

export function ChipList({ direction = "row", children }: ChipListProps) {
  return <div className={`x-chips ${direction === "row-reverse" ? "x-reversed" : ""}`}>{children}</div>;
}

/** Without a value it is a suggestion. */
export function Chip({ label, value, onAddSuggestion, onClose, onDropdown }: ChipProps) {
  const values = [value ?? []].flat();
  if (values.length === 0) {
    const named = <span className="x-chip x-suggested">{label}</span>;
    return onAddSuggestion ? (
      <button type="button" className="x-bare" onClick={() => onAddSuggestion()}>
        {named}
      </button>
    ) : (
      named
    );
  }
  const shown = (
    <>
      {label && <span className="x-chip-label">{label}</span>} <strong>{values.join(", ")}</strong>
    </>
  );
  return (
    <span className="x-chip">
      {onClose && (
        <button type="button" className="x-bare" aria-label={`Remove ${label ?? values}`} onClick={() => onClose()}>
          ×
        </button>
      )}
      {onDropdown ? (
        <button type="button" className="x-bare" aria-haspopup="menu" onClick={() => onDropdown()}>
          {shown} <span aria-hidden="true">▾</span>
        </button>
      ) : (
        <span>{shown}</span>
      )}
    </span>
  );
}
