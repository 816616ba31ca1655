// What an app writes at the provider.

import { join } from "node:path";
import { test } from "node:test";

import { launch } from "./support/browser.mjs";
import { startSandbox } from "./support/sandbox.mjs";
import { app, signIn, visitor } from "./support/user.mjs";

test("a write that is tried again is done once, others are new, and a long one arrives", async (t) => {
  const args = ["--app", join(import.meta.dirname, "writing"), "--manifest", "stripe-app.json"];
  const sandbox = await startSandbox({ bundle: "writing", args });
  t.after(() => sandbox.stop());
  const browser = await launch();
  t.after(() => browser.close());
  const page = await signIn(await (await visitor(browser, sandbox)).open());
  for (const [button, made] of [
    ["Write", "Made: n-1"],
    ["Write", "Made: n-1, n-1"],
    ["Write another", "Made: n-1, n-1, n-2"],
    ["Write at length", "Made: n-1, n-1, n-2, n-3"],
  ]) {
    await app(page).getByRole("button", { name: button, exact: true }).click();
    await app(page).getByText(made, { exact: true }).waitFor();
  }
});
