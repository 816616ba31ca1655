// What was seen to look wrong in screenshots of other authors' apps.

import { strict as assert } from "node:assert";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { launch } from "./support/browser.mjs";
import { startSandbox } from "./support/sandbox.mjs";
import { app, sees, visitor } from "./support/user.mjs";

let sandbox;
let browser;
let page;
before(async () => {
  const args = ["--app", join(import.meta.dirname, "components")];
  [sandbox, browser] = await Promise.all([startSandbox({ bundle: "components", args }), launch()]);
  page = await (await visitor(browser, sandbox)).open({ viewport: "stripe.dashboard.subscription.list" });
  await sees(page, "Icons:");
});
after(async () => {
  await browser?.close();
  await sandbox?.stop();
});

test("icons have signs that the browser can draw without emoji fonts", async () => {
  const missing = await app(page)
    .locator(".x-icon")
    .evaluateAll((icons) => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 40, height: 40 });
      const brush = canvas.getContext("2d");
      const drawn = (text) => {
        brush.clearRect(0, 0, 40, 40);
        brush.font = "20px system-ui, sans-serif";
        brush.fillText(text, 5, 28);
        return canvas.toDataURL();
      };
      // No font has this one.
      const box = drawn("\u{10FFFD}");
      return icons.filter((icon) => drawn(icon.textContent) === box).map((icon) => icon.title);
    });
  assert.deepEqual(missing, []);
});

test("the name of the current view is on one line", async () => {
  const lines = await page.locator('nav [aria-current="page"]').evaluate((button) => {
    const range = document.createRange();
    range.selectNodeContents(button);
    return [button.textContent, range.getClientRects().length];
  });
  assert.deepEqual(lines, ["Subscriptions", 1]);
});

test("the action of a full page is at its right", async () => {
  const [action, view] = await Promise.all([
    app(page).getByRole("button", { name: "Create" }).boundingBox(),
    app(page).locator(".x-page").boundingBox(),
  ]);
  assert.ok(view.x + view.width - (action.x + action.width) < 25, JSON.stringify({ action, view }));
});

test("what is to fill the actions of a view does", async () => {
  const [action, body] = await Promise.all([
    app(page).getByRole("button", { name: "As wide as the view" }).boundingBox(),
    app(page).getByText("Below the actions").boundingBox(),
  ]);
  assert.equal(action.width, body.width);
});

test("the steps of an onboarding stand apart from what describes them", async () => {
  const [text, button] = await Promise.all([
    app(page).getByText("By this button:").boundingBox(),
    app(page).getByRole("button", { name: "Connect", exact: true }).boundingBox(),
  ]);
  assert.ok(button.y - (text.y + text.height) >= 10);
});
