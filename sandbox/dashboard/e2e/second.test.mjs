// An app as `stripe generate app` makes it: a version 2 manifest, and its views in a package of their own.

import { strict as assert } from "node:assert";
import { cp, mkdir, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { launch } from "./support/browser.mjs";
import { startSandbox, workspace } from "./support/sandbox.mjs";
import { app, sees, visitor } from "./support/user.mjs";

describe("an app with stripe-app.yaml", () => {
  let sandbox;
  let browser;
  let page;
  before(async () => {
    const args = ["--app", await withPackages(join(import.meta.dirname, "second"))];
    [sandbox, browser] = await Promise.all([startSandbox({ bundle: "second", args }), launch()]);
    page = await (await visitor(browser, sandbox)).open();
  });
  after(async () => {
    await browser?.close();
    await sandbox?.stop();
  });

  test("is found and shown, with images of every kind and parts of Node.js", async () => {
    await sees(page, "Client: lib/stripe.js, api.stripe.com, an agent, an event");
    for (const kind of ["gif", "jfif", "jpeg", "jpg", "pjp", "pjpeg", "png", "svg", "webp"]) {
      const width = await app(page)
        .getByAltText(kind, { exact: true })
        .evaluate((image) => image.naturalWidth);
      assert.equal(width, 1, kind);
    }
  });

  test("has its permissions and its policy where they stand in it", async () => {
    await app(page).getByRole("button", { name: "Customers" }).click();
    const refused = page.locator('[data-problem="stripe_api"]');
    await refused.getByText("declarations.stripe_api_access.permissions").waitFor();
    await refused.getByText("- permission: customer_read").waitFor();
    await app(page).getByRole("button", { name: "Reach out" }).click();
    const blocked = page.locator('[data-problem="blocked"]');
    await blocked.getByText("- https://elsewhere.example/api/", { exact: true }).waitFor();
    await blocked.getByText("in stripe-app.yaml").waitFor();
  });
});

/** A copy of the app with its packages installed: the SDK, and the old client that it has beside it. */
async function withPackages(app) {
  const copy = join(workspace, "target/e2e/second-app");
  await rm(copy, { recursive: true, force: true });
  await cp(app, copy, { recursive: true });
  const packages = join(copy, "ui/node_modules");
  await mkdir(packages);
  await rename(join(copy, "old-client"), join(packages, "old-client"));
  await symlink(join(import.meta.dirname, "../node_modules/@stripe"), join(packages, "@stripe"));
  return copy;
}
