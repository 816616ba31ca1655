// Charts, and a table whose columns can be moved.

import {
  BarChart,
  Box,
  ContextView,
  DataTable,
  type DataTableColumn,
  LineChart,
  Sparkline,
} from "@stripe/ui-extension-sdk/ui";
import { BarChart as NextBarChart } from "@stripe/ui-extension-sdk/ui/next";
import { useState } from "react";

const months = [1, 3, null, 2].flatMap((total, index) => [
  { month: new Date(2026, index, 1), total, of: "Sales" },
  { month: new Date(2026, index, 1), total: 1, of: "Fees" },
]);
const days = ["Mon", "Tue"].map((day, index) => ({ day, total: 100 * (index + 1) }));
const total = { value: "total", format: { currency: "USD" } } as const;
const columns: DataTableColumn[] = [
  { key: "name", label: "Name" },
  { key: "amount", label: "Amount" },
  { key: "status", label: "Status" },
  { key: "id", label: "Id", pinned: true },
];

export default function Data() {
  const [order, setOrder] = useState("as given");
  return (
    <ContextView title="Data">
      <LineChart data={months} x="month" y="total" color="of" grid="both" />
      <BarChart data={days} x="day" y={total} grid="y" />
      <BarChart data={days} x="day" y={total} tooltip={false} />
      <Sparkline data={months} x="month" y="total" color="of" tooltip={false} />
      <NextBarChart data={[{ x: "Wed", y: 5, name: "Visits" }]} />
      <DataTable
        columns={columns}
        items={[{ id: "row_1", name: "Ada", amount: 3, status: "paid" }]}
        enableColumnReorder
        enableColumnResize
        onColumnOrderChange={(moved) => setOrder(moved.map(({ key }) => key).join(" "))}
      />
      <Box>Order: {order}</Box>
    </ContextView>
  );
}
