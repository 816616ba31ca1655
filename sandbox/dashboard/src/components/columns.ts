// The order of a DataTable's columns, which people change by dragging one onto another.

import type { DataTableColumn, DataTableProps } from "@stripe/ui-extension-sdk/ui";
import { type DragEvent, useRef, useState } from "react";

type Moving = Pick<DataTableProps, "columns" | "enableColumnReorder" | "onColumnOrderChange">;

/** The columns as they stand, pinned ones first, and what makes a column's header one that can be moved. */
export function useColumnOrder({ columns, enableColumnReorder, onColumnOrderChange }: Moving) {
  const given = columns.map(({ key }) => key);
  const [moved, setMoved] = useState<{ from: string[]; to: string[] }>();
  const dragged = useRef<string>();
  // Columns that the extension gives in another order are in that.
  const order = moved?.from.join() === given.join() ? moved.to : given;
  const place = ({ key, pinned }: DataTableColumn) => order.indexOf(key) - (pinned ? order.length : 0);
  const shown = [...columns].sort((one, other) => place(one) - place(other));

  const drop = (onto: string) => {
    const keys = shown.map(({ key }) => key);
    const from = keys.indexOf(dragged.current ?? "");
    if (from === -1 || dragged.current === onto) {
      return;
    }
    const to = keys.toSpliced(from, 1).toSpliced(keys.indexOf(onto), 0, ...keys.slice(from, from + 1));
    setMoved({ from: given, to });
    onColumnOrderChange?.(to.flatMap((wanted) => columns.find(({ key }) => key === wanted) ?? []));
  };
  const movable = ({ key, pinned }: DataTableColumn) =>
    enableColumnReorder && !pinned
      ? {
          draggable: true,
          onDragStart: ({ dataTransfer }: DragEvent) => {
            dataTransfer.setData("text/plain", key);
            dragged.current = key;
          },
          onDragOver: (event: DragEvent) => event.preventDefault(),
          onDrop: (event: DragEvent) => {
            event.preventDefault();
            drop(key);
          },
          onDragEnd: () => {
            dragged.current = undefined;
          },
        }
      : undefined;
  return { shown, movable };
}
