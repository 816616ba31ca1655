// An app that still sends the browser to its provider by itself: docs/migrating.md says where it has to come back to.

import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { launch } from "./support/browser.mjs";
import { copyOfApp } from "./support/copies.mjs";
import { startSandbox, workspace } from "./support/sandbox.mjs";
import { app, sees, visitor } from "./support/user.mjs";

test("comes back to this Dashboard by a constant of its local manifest, with the code and the verifier", async (t) => {
  const text = await readFile(join(workspace, "docs/migrating.md"), "utf8");
  const documented = /"RETURN_ADDRESS": "(.*)"/.exec(text)[1].replace("<id>", "com.example.returning");
  const copy = await copyOfApp("returning", { of: "returning" });
  const sandbox = await startSandbox({ bundle: copy.bundle, args: ["--app", copy.folder, "--watch"] });
  t.after(() => sandbox.stop());
  const browser = await launch();
  t.after(() => browser.close());
  const user = await visitor(browser, sandbox);

  // The provider sends back to the address that it is given.
  let challenge;
  await user.context.route("https://provider.example/authorize?*", (route) => {
    const asked = new URL(route.request().url()).searchParams;
    challenge = asked.get("code_challenge");
    const location = `${asked.get("redirect_uri")}?${new URLSearchParams({ code: "K", state: asked.get("state") })}`;
    return route.fulfill({ status: 302, headers: { location } });
  });

  // The Dashboard of a test is at another port.
  const address = documented.replace("http://localhost:3334", sandbox.dashboard);
  await copy.edit("stripe-app.dev.json", documented, address);
  const page = await user.open();
  await app(page)
    .locator(`a[href*="${encodeURIComponent(address)}"]`)
    .click();
  await sees(page, "Code: K");
  const told = await app(page)
    .getByText(/^Verifier: /)
    .textContent();
  const hash = createHash("sha256").update(told.replace("Verifier: ", "")).digest("base64url");
  assert.equal(hash, challenge);
});
