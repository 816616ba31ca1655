// Views that throw: nobody is left before an empty drawer without a word.

import { strict as assert } from "node:assert";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { launch } from "./support/browser.mjs";
import { copyOfApp } from "./support/copies.mjs";
import { startSandbox } from "./support/sandbox.mjs";
import { app, visitor } from "./support/user.mjs";

const LATER = { viewport: "stripe.dashboard.payment-link.detail" };
const AT_ONCE = { viewport: "stripe.dashboard.product.detail" };
const crash = (page) => page.locator('[data-problem="crash"]');
const view = (page, name) => page.getByRole("navigation").getByText(name, { exact: true });

describe("an app whose views throw", () => {
  let sandbox;
  let browser;
  before(async () => {
    const args = ["--app", join(import.meta.dirname, "failing"), "--manifest", "stripe-app.json"];
    [sandbox, browser] = await Promise.all([startSandbox({ bundle: "failing", args }), launch()]);
  });
  after(async () => {
    await browser?.close();
    await sandbox?.stop();
  });

  async function opened(t, more) {
    const user = await visitor(browser, sandbox);
    t.after(() => user.close());
    return user.open(more);
  }

  test("an app without a drawer begins at its first view, by a name that people know", async (t) => {
    const page = await opened(t);
    await app(page).getByText("Forwarded", { exact: true }).waitFor();
    const names = await page.getByRole("navigation").getByRole("button").allTextContents();
    assert.deepEqual(names, ["Customers", "Payment link", "Product"]);
    assert.equal(await page.locator('nav [aria-current="page"]').textContent(), "Customers");
  });

  test("a view may be what memo or forwardRef returns, and a viewport may have a hyphen, also after a reload", async (t) => {
    const page = await opened(t);
    await app(page).getByText("Rendered").waitFor();
    await view(page, "Payment link").click();
    await app(page).getByText("Later", { exact: true }).waitFor();
    await page.reload();
    await app(page).getByText("Later", { exact: true }).waitFor();
    await page.getByRole("heading", { name: "plink_1SandboxPaymentLink" }).waitFor();
  });

  test("a view that throws at once is told with its name, the place and the components", async (t) => {
    const page = await opened(t, AT_ONCE);
    await crash(page).getByText("The view “AtOnce” has failed:").waitFor();
    await crash(page).getByText("TypeError: inner is not ready").waitFor();
    await crash(page).getByText("src/views/AtOnce.tsx:16:9").first().waitFor();
    await crash(page).getByText('throw new TypeError("inner is not ready")').waitFor();
    const inside = await crash(page).locator("pre").last().textContent();
    assert.match(inside, /^Inner \(src\/views\/AtOnce\.tsx:16:9\)\nBox\n(.*\n)*AtOnce$/);
    await app(page).getByText("The view has failed.").waitFor();
  });

  for (const [button, message, place] of [
    ["Render", "Error: a later render", "src/views/Later.tsx:9:11"],
    ["Handler", "Error: a handler", "src/views/Later.tsx:24:9"],
    ["Awaited", "Error: a promise", "src/views/Later.tsx:29:9"],
    ["Promise", "Error: a promise", "src/views/Later.tsx:29:9"],
    ["Timer", "Error: a timer", "src/views/Later.tsx:33:9"],
  ]) {
    test(`what is thrown when “${button}” is pressed is told`, async (t) => {
      const page = await opened(t, LATER);
      await app(page).getByRole("button", { name: button }).click();
      await crash(page).getByText("The view “Later” has failed:").waitFor();
      await crash(page).getByText(message).waitFor();
      await crash(page).getByText(place).waitFor();
      assert.equal(await crash(page).count(), 1);
      // Only what was thrown while rendering takes the view away.
      await app(page)
        .getByText("Rendered")
        .waitFor({ state: button === "Render" ? "detached" : "visible" });
    });
  }

  test("a note stays until its cause is gone, or it is dismissed", async (t) => {
    const page = await opened(t, LATER);
    await app(page).getByRole("button", { name: "Render" }).click();
    await crash(page).getByText("Error: a later render").waitFor();
    await view(page, "Product").click();
    await crash(page).getByText("TypeError: inner is not ready").waitFor();
    assert.equal(await crash(page).count(), 2, "nobody has rendered the first one anew");
    await view(page, "Payment link").click();
    await app(page).getByText("Rendered").waitFor();
    assert.equal(await crash(page).getByText("Error: a later render").count(), 0);
    await crash(page).getByRole("button", { name: "Dismiss" }).click();
    assert.equal(await crash(page).count(), 0);
  });

  test("a script that throws when it is loaded is told, once", async (t) => {
    const copy = await copyOfApp("at-import", { of: "failing" });
    await copy.edit("src/views/AtOnce.tsx", "export default", 'throw new Error("at import");\nexport default');
    const broken = await copy.start();
    t.after(() => broken.stop());
    const page = await (await visitor(browser, broken)).open();
    await crash(page).getByText("The extension has failed:").waitFor();
    await crash(page).getByText("Error: at import").waitFor();
    await crash(page).getByText("src/views/AtOnce.tsx:5:7").waitFor();
    assert.equal(await crash(page).count(), 1);
  });
});
