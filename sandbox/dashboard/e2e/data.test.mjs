// Charts and tables: what is seen of their data, and what people do with it.

import { strict as assert } from "node:assert";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { launch } from "./support/browser.mjs";
import { startSandbox } from "./support/sandbox.mjs";
import { app, sees, visitor } from "./support/user.mjs";

let sandbox;
let browser;
let page;
before(async () => {
  const args = ["--app", join(import.meta.dirname, "components")];
  [sandbox, browser] = await Promise.all([startSandbox({ bundle: "components", args }), launch()]);
  page = await (await visitor(browser, sandbox)).open({ viewport: "stripe.dashboard.product.detail" });
  await sees(page, "Order: as given");
});
after(async () => {
  await browser?.close();
  await sandbox?.stop();
});

describe("charts", () => {
  const chart = (name) =>
    app(page)
      .locator("figure")
      .filter({ has: page.getByRole("img", { name }) });
  const LINES =
    "Sales Jan 1: 1; Fees Jan 1: 1; Sales Feb 1: 3; Fees Feb 1: 1; Fees Mar 1: 1; Sales Apr 1: 2; Fees Apr 1: 1";
  const BARS = "Mon: $1.00; Tue: $2.00";

  test("say what is where the pointer is, each beside its own place", async () => {
    for (const [name, at, said] of [
      [LINES, 0.02, "Jan 1Sales: 1Fees: 1"],
      [LINES, 0.6, "Mar 1Fees: 1"],
      [LINES, 0.98, "Apr 1Sales: 2Fees: 1"],
      [BARS, 0.25, "Mon$1.00"],
      [BARS, 0.75, "Tue$2.00"],
    ]) {
      const plot = chart(name).first().getByRole("img");
      await plot.scrollIntoViewIfNeeded();
      const { x, y, width, height } = await plot.boundingBox();
      await page.mouse.move(x + at * width, y + height / 2);
      const shown = chart(name).first().getByRole("tooltip");
      await shown.waitFor();
      assert.equal(await shown.textContent(), said);
      const tip = await shown.boundingBox();
      const room = await app(page).boundingBox();
      assert.ok(tip.x >= room.x && tip.x + tip.width <= room.x + room.width, `${said} is inside the drawer`);
    }
  });

  test("have no tip and no grid where none is asked for", async () => {
    assert.equal(await chart(BARS).nth(1).locator("[role=tooltip]").count(), 0);
    assert.equal(await app(page).locator(".x-spark [role=tooltip]").count(), 0);
    assert.equal(await chart("Visits Wed: 5").locator("[role=tooltip]").count(), 1);
    const lines = (which) => which.locator(".x-grid").evaluate((grid) => grid.getBoundingClientRect());
    const [both, across, none] = await Promise.all([
      lines(chart(LINES).first()),
      lines(chart(BARS).first()),
      lines(chart(BARS).nth(1)),
    ]);
    assert.ok(both.width > 200 && both.height > 100, JSON.stringify(both));
    assert.ok(across.width > 200 && across.height > 100, JSON.stringify(across));
    assert.deepEqual([none.width, none.height], [0, 0]);
  });

  test("have their labels below what they name", async () => {
    const [bar, mark] = await Promise.all([
      chart(BARS).first().locator("rect").nth(1).boundingBox(),
      chart(BARS).first().getByText("Tue", { exact: true }).last().boundingBox(),
    ]);
    assert.ok(mark.x > bar.x && mark.x + mark.width < bar.x + bar.width);
  });
});

describe("the columns of a DataTable", () => {
  const header = (name) => app(page).getByRole("columnheader", { name, exact: true });
  const headers = () => app(page).getByRole("columnheader").allTextContents();

  test("can be moved, and the extension is told; pinned ones stay in front", async () => {
    assert.deepEqual(await headers(), ["Id", "Name", "Amount", "Status"]);
    await header("Name").dragTo(header("Status"));
    await sees(page, "Order: id amount status name");
    assert.deepEqual(await headers(), ["Id", "Amount", "Status", "Name"]);
    assert.deepEqual(await app(page).locator("tbody td").allTextContents(), ["row_1", "3", "paid", "Ada"]);
    await header("Name").dragTo(header("Amount"));
    await sees(page, "Order: id name amount status");
    await header("Status").dragTo(header("Id"));
    assert.deepEqual(await headers(), ["Id", "Name", "Amount", "Status"]);
  });

  /** Drags the corner of a column's header. */
  async function widen(name, by) {
    const { x, y, width, height } = await header(name).locator("span").first().boundingBox();
    await page.mouse.move(x + width - 2, y + height - 2);
    await page.mouse.down();
    await page.mouse.move(x + width - 2 + by, y + height - 2, { steps: 4 });
    await page.mouse.up();
  }

  test("can be made wider", async () => {
    const { width } = await header("Amount").boundingBox();
    await widen("Amount", 60);
    const wider = (await header("Amount").boundingBox()).width;
    assert.ok(wider >= width + 50, `${width} has become ${wider}`);
    assert.deepEqual(await headers(), ["Id", "Name", "Amount", "Status"]);
  });

  test("stay, the pinned one, when the table is scrolled", async () => {
    await widen("Name", 300);
    const places = async () => Promise.all(["Id", "Name"].map(async (name) => (await header(name).boundingBox()).x));
    const [id, name] = await places();
    await app(page)
      .locator(".x-data-table")
      .evaluate((table) => table.scrollBy(100, 0));
    assert.deepEqual(await places(), [id, name - 100]);
  });
});
