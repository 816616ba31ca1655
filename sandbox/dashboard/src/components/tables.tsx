// Tables: those an extension builds of rows and cells, and those it hands its data to.

import type {
  DataTableCell,
  DataTableColumn,
  DataTableItem,
  DataTableProps,
  DataTableRowAction,
  DataTableRowActionGroup,
  TableCellProps,
  TableHeaderCellProps,
} from "@stripe/ui-extension-sdk/ui";
import { type ReactNode, useState } from "react";

import { Pressable } from "./actions";
import { useColumnOrder } from "./columns";
import { formatDate } from "./dates";
import { Badge, Spinner } from "./display";
import { Menu, MenuGroup, MenuItem } from "./menus";
import { formatMoney } from "./money";

interface Children {
  children?: ReactNode;
}

export function Table({ children }: Children) {
  return <table className="x-table">{children}</table>;
}

export function TableHead({ children }: Children) {
  return <thead>{children}</thead>;
}

export function TableBody({ children }: Children) {
  return <tbody>{children}</tbody>;
}

export function TableFooter({ children }: Children) {
  return <tfoot>{children}</tfoot>;
}

export function TableRow({ children }: Children) {
  return <tr>{children}</tr>;
}

export function TableHeaderCell({ children, ...cell }: TableHeaderCellProps) {
  return (
    <th scope="col" {...cellAttributes(cell)}>
      {children}
    </th>
  );
}

export function TableCell({ children, ...cell }: TableCellProps) {
  return <td {...cellAttributes(cell)}>{children}</td>;
}

function cellAttributes({ align, vAlign, colSpan, rowSpan, wrap, ...sizes }: Omit<TableCellProps, "children">) {
  const width = (size: TableCellProps["width"]) =>
    typeof size === "number" ? size : size && { auto: "auto", maximized: "100%", minimized: "1%" }[size];
  const style = {
    textAlign: align,
    verticalAlign: vAlign,
    whiteSpace: wrap === false ? "nowrap" : undefined,
    width: width(sizes.width),
    minWidth: width(sizes.minWidth),
    maxWidth: width(sizes.maxWidth),
  } as const;
  return { style, colSpan, rowSpan };
}

export function DataTable({ items, loading, emptyMessage, pagination, ...rest }: DataTableProps) {
  const { batchable, onRowClick, rowActions = [], enableColumnResize } = rest;
  const { shown: columns, movable } = useColumnOrder(rest);
  const [picked, setPicked] = useState<Record<string, DataTableItem>>({});
  const paging = usePages(pagination, items);

  const pick = (item: DataTableItem, isPicked: boolean) => {
    const { [item.id]: _, ...others } = picked;
    const next = isPicked ? { ...others, [item.id]: item } : others;
    setPicked(next);
    batchable?.onBatchChange(next);
  };
  if (loading) {
    return <Spinner />;
  }
  if (items.length === 0) {
    return <Empty message={emptyMessage ?? "No results"} />;
  }
  return (
    <div className="x-data-table">
      <table className="x-table">
        <thead>
          <tr>
            {batchable && <th aria-label="Selected" />}
            {columns.map((column) => (
              <th key={column.key} scope="col" {...columnAttributes(column)} {...movable(column)}>
                <span className={enableColumnResize ? "x-resizable" : undefined}>
                  <span className={column.hideHeaderLabel ? "x-hidden" : undefined}>{column.label}</span>
                </span>
              </th>
            ))}
            {rowActions.length > 0 && <th aria-label="Actions" />}
          </tr>
        </thead>
        <tbody>
          {paging.shown.map((item) => (
            <tr
              key={item.id}
              className={onRowClick && "x-pressable-row"}
              onClick={onRowClick && (() => onRowClick(item))}
            >
              {batchable && (
                <td onClick={(event) => event.stopPropagation()}>
                  <input
                    type="checkbox"
                    aria-label={`Select ${item.id}`}
                    checked={item.id in picked}
                    onChange={({ target }) => pick(item, target.checked)}
                  />
                </td>
              )}
              {columns.map((column) => (
                <td key={column.key} {...columnAttributes(column)}>
                  <Cell item={item} column={column} />
                </td>
              ))}
              {rowActions.length > 0 && (
                <td className="x-row-actions" onClick={(event) => event.stopPropagation()}>
                  <RowActions actions={rowActions} item={item} />
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {paging.footer}
    </div>
  );
}

function columnAttributes({ cell, pinned }: DataTableColumn) {
  return { "data-cell": cell?.type, className: pinned ? "x-pinned" : undefined };
}

function Cell({ item, column: { key, cell } }: { item: DataTableItem; column: DataTableColumn }) {
  const value = item[key];
  if (value === undefined || value === null || value === "") {
    return <span className="x-soft">–</span>;
  }
  return <>{formatted(value, item, cell)}</>;
}

function formatted(value: string | number, item: DataTableItem, cell: DataTableCell | undefined): ReactNode {
  switch (cell?.type) {
    case "link":
      return (
        <Pressable className="x-link" href={String(value)} target="_blank">
          {cell.linkMap?.[value] ?? value}
        </Pressable>
      );
    case "date":
      return formatDate(value, cell.options?.style, cell.options?.timeZone);
    case "id":
      return <code>{value}</code>;
    case "status":
      return <Badge type={cell.statusMap[value] ?? "neutral"}>{value}</Badge>;
    case "currency": {
      const own = cell.currencyKey === undefined ? undefined : item[cell.currencyKey];
      return formatMoney(Number(value), String(own ?? cell.currencyMap?.[item.id] ?? cell.currency));
    }
    default:
      return value;
  }
}

interface RowActionsProps {
  actions: (DataTableRowAction | DataTableRowActionGroup)[];
  item: DataTableItem;
}

function RowActions({ actions, item }: RowActionsProps) {
  const one = (action: DataTableRowAction) =>
    "href" in action ? (
      <Pressable key={action.id} className="x-menu-item" href={action.href}>
        {action.label}
      </Pressable>
    ) : (
      <MenuItem key={action.id} id={action.id} onAction={() => action.onPress(item)}>
        <span className={action.type === "destructive" ? "x-danger" : undefined}>{action.label}</span>
      </MenuItem>
    );
  const trigger = (
    <button type="button" className="x-bare" aria-label={`Actions for ${item.id}`}>
      ⋯
    </button>
  );
  return (
    <Menu trigger={trigger}>
      {actions.map((action) =>
        "actions" in action ? (
          <MenuGroup key={action.id} title={action.label}>
            {action.actions.map(one)}
          </MenuGroup>
        ) : (
          one(action)
        ),
      )}
    </Menu>
  );
}

/** What a table says when it has no rows. */
export function Empty({ message }: { message: NonNullable<DataTableProps["emptyMessage"]> }) {
  if (typeof message === "string") {
    return <p className="x-empty">{message}</p>;
  }
  return (
    <div className="x-empty">
      <p>{message.message}</p>
      <Pressable className="x-link" href={message.action.href}>
        {message.action.label}
      </Pressable>
    </div>
  );
}

interface Paging {
  pageSize: number;
  currentPage?: number | undefined;
  totalItems?: number | undefined;
  hasMore?: boolean;
  onPageChange?: ((page: number) => void) | undefined;
}

/** Pages that the table turns, pages that the extension turns, and pages of an unknown number. */
function usePages(given: DataTableProps["pagination"], items: DataTableItem[]) {
  const paging: Paging | undefined = given;
  const [turned, setTurned] = useState(1);
  if (!paging) {
    return { shown: items, footer: null };
  }
  const { pageSize, currentPage, hasMore, onPageChange } = paging;
  const total = paging.totalItems ?? items.length;
  const last = Math.max(1, Math.ceil(total / pageSize));
  const page = hasMore === undefined ? Math.min(currentPage ?? turned, last) : (currentPage ?? turned);
  const first = (page - 1) * pageSize;
  // Who hands over one page only has sliced already.
  const isWhole = hasMore === undefined && items.length > pageSize;
  const turn = (next: number) => {
    setTurned(next);
    onPageChange?.(next);
  };
  const footer = (
    <div className="x-pages">
      <span>{hasMore === undefined && `${first + 1}–${Math.min(first + pageSize, total)} of ${total} results`}</span>
      <button
        type="button"
        className="x-button x-secondary x-size-small"
        disabled={page <= 1}
        onClick={() => turn(page - 1)}
      >
        Previous
      </button>
      <button
        type="button"
        className="x-button x-secondary x-size-small"
        disabled={hasMore === undefined ? page >= last : !hasMore}
        onClick={() => turn(page + 1)}
      >
        Next
      </button>
    </div>
  );
  return { shown: isWhole ? items.slice(first, first + pageSize) : items, footer };
}
