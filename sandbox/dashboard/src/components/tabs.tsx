// Tabs: those of list and panels, and those of `ui/next`, where a tab holds its own panel.

import type { TabListProps, TabPanelProps, TabPanelsProps, TabProps, TabsProps } from "@stripe/ui-extension-sdk/ui";
import type { TabProps as NextTabProps } from "@stripe/ui-extension-sdk/ui/next";
import { Children, type ReactNode, createContext, useContext, useState } from "react";
import { createPortal } from "react-dom";

interface Listed {
  /** Where tabs of `ui/next` put their labels. */
  list?: HTMLElement | null;
}

interface Selection extends Listed {
  selected: string | undefined;
  select(key: string): void;
}

const SelectionContext = createContext<Selection>({ selected: undefined, select: () => undefined });
const PositionContext = createContext(0);

/** `tabKey` is of SDK 8; before it, and without an id, tabs and panels go by their order. */
type Keyed = { id?: string | undefined; tabKey?: string | number | null | undefined };

interface Properties extends Omit<TabsProps, "children"> {
  schemaVersion?: string;
  children?: ReactNode;
}

export function Tabs(props: Properties) {
  return props.schemaVersion === "v9Next" ? (
    <NextTabs {...props} />
  ) : (
    <Selecting {...props}>{props.children}</Selecting>
  );
}

export function NextTabs(props: Properties) {
  const [list, setList] = useState<HTMLElement | null>(null);
  return (
    <Selecting {...props} list={list}>
      <div className="x-tab-list" role="tablist" ref={setList} />
      <Positioned>{props.children}</Positioned>
    </Selecting>
  );
}

/** Keeps which tab is chosen, unless the extension does. */
function Selecting({ selectedKey, onSelectionChange, fitted, size, list = null, children }: Properties & Listed) {
  const [chosen, setChosen] = useState<string>();
  const select = (key: string) => {
    setChosen(key);
    onSelectionChange?.(key);
  };
  const selected = selectedKey === undefined ? chosen : String(selectedKey);
  return (
    <SelectionContext.Provider value={{ selected, select, list }}>
      <div className={`x-tabs x-size-${size ?? "medium"} ${fitted ? "x-fitted" : ""}`}>{children}</div>
    </SelectionContext.Provider>
  );
}

export function TabList({ children }: TabListProps) {
  return (
    <div className="x-tab-list" role="tablist">
      <Positioned>{children}</Positioned>
    </div>
  );
}

export function TabPanels({ children }: TabPanelsProps) {
  return <Positioned>{children}</Positioned>;
}

export function Tab({ label, disabled, children, ...keyed }: Partial<TabProps & NextTabProps> & Keyed) {
  const { selected, select, list } = useContext(SelectionContext);
  const [key, isSelected] = useTab(keyed, selected);
  const button = (
    <button
      type="button"
      role="tab"
      className="x-tab"
      aria-selected={isSelected}
      disabled={disabled}
      onClick={() => select(key)}
    >
      {label ?? children}
    </button>
  );
  if (label === undefined) {
    return button;
  }
  return (
    <>
      {list && createPortal(button, list)}
      {isSelected && (
        <div role="tabpanel" className="x-tab-panel">
          {children}
        </div>
      )}
    </>
  );
}

/** A tab in the alpha versions of SDK 9.2: what it holds is a property. */
export function FullPageTab({ content, ...tab }: NextTabProps & { content?: ReactNode }) {
  return <Tab {...tab}>{content}</Tab>;
}

export function TabPanel({ children, ...keyed }: Partial<TabPanelProps> & Keyed) {
  const { selected } = useContext(SelectionContext);
  const [, isSelected] = useTab(keyed, selected);
  return isSelected ? (
    <div role="tabpanel" className="x-tab-panel">
      {children}
    </div>
  ) : null;
}

function useTab({ id, tabKey }: Keyed, selected: string | undefined): [key: string, isSelected: boolean] {
  const position = useContext(PositionContext);
  const key = String(id ?? tabKey ?? position);
  return [key, selected === undefined ? position === 0 : selected === key];
}

/** Tells each child its place. */
function Positioned({ children }: { children?: ReactNode }) {
  return Children.map(children, (child, index) => (
    <PositionContext.Provider value={index}>{child}</PositionContext.Provider>
  ));
}
