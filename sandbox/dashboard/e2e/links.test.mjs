// What an address tells the app, and what the app shows from other addresses.

import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";

import { launch } from "./support/browser.mjs";
import { startSandbox } from "./support/sandbox.mjs";
import { app, sees, visitor } from "./support/user.mjs";

const PRODUCTS = "stripe.dashboard.product.list";

let sandbox;
let browser;
let user;
before(async () => {
  const args = ["--app", join(import.meta.dirname, "components")];
  [sandbox, browser] = await Promise.all([startSandbox({ bundle: "components", args }), launch()]);
});
after(async () => {
  await browser?.close();
  await sandbox?.stop();
});
beforeEach(async () => {
  user = await visitor(browser, sandbox);
});

test("a deep link opens the view that it names, and tells it the parameters that are the app's", async () => {
  const page = await user.open({
    "apps[com.example.components][drawer]": PRODUCTS,
    app_tab: "one",
    "app_filter[status]": "paid",
    utm_source: "mail",
  });
  await sees(page, 'Told: {"tab":"one","filter":{"status":"paid"}}');
  await page.reload();
  await sees(page, 'Told: {"tab":"one","filter":{"status":"paid"}}');
});

test("a deep link of another app opens none of this one's views", async () => {
  const page = await user.open({ "apps[com.example.other][drawer]": PRODUCTS });
  await app(page).getByText("Fields", { exact: true }).waitFor();
});

test("links of the app tell it parameters, too, and going elsewhere ends them", async () => {
  const page = await user.open({ viewport: PRODUCTS });
  await sees(page, "Told: {}");
  await app(page).getByText("By descriptor").click();
  await sees(page, 'Told: {"tab":"two"}');
  await app(page).getByText("By path").click();
  await sees(page, 'Told: {"tab":"three"}');
  await page.getByRole("navigation", { name: "Views" }).getByTitle(PRODUCTS).click();
  await sees(page, "Told: {}");
});

test("an image that image-src does not allow is told, with the line to add", async () => {
  const dot = await readFile(join(import.meta.dirname, "second/ui/src/views/dot.png"));
  await user.context.route("https://images.example/**", (route) =>
    route.fulfill({ contentType: "image/png", body: dot }),
  );
  const page = await user.open({ viewport: PRODUCTS });
  const note = page.locator('[data-problem="blocked"]');
  await note.getByText("https://images.example/theirs/dot.png").waitFor();
  await note.getByText("ui_extension.content_security_policy.image-src").waitFor();
  await note.getByText('"https://images.example/theirs/"', { exact: true }).waitFor();
  assert.equal(await note.count(), 1);
  const width = (alt) =>
    app(page)
      .getByAltText(alt, { exact: true })
      .evaluate((image) =>
        image.decode().then(
          () => image.naturalWidth,
          () => "blocked",
        ),
      );
  assert.deepEqual([await width("ours"), await width("theirs")], [1, "blocked"]);
});
