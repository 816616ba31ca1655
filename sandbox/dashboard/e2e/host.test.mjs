// The host itself: what it costs, what it refuses, and what it tells authors.

import { strict as assert } from "node:assert";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { launch } from "./support/browser.mjs";
import { startSandbox, workspace } from "./support/sandbox.mjs";
import { app, isSignedOut, sees, signIn, visitor } from "./support/user.mjs";

const fixture = join(import.meta.dirname, "fixture");
const problem = (page, kind) => page.locator(`[data-problem="${kind}"]`);

describe("the companion app in the host", () => {
  let sandbox;
  let browser;
  before(async () => {
    [sandbox, browser] = await Promise.all([startSandbox(), launch()]);
  });
  after(async () => {
    await browser?.close();
    await sandbox?.stop();
  });

  test("opening a page while linked asks who is linked and makes the call of the view, without a preflight", async () => {
    const user = await visitor(browser, sandbox);
    const waiting = await user.open();
    // The tab that waits asks now and then, until it knows. Both then make the call of their view.
    for (const tab of [await signIn(waiting), waiting]) {
      await sees(tab, "Charles Babbage");
    }
    const before = (await sandbox.exchanges()).at(-1).number;
    const page = await user.open();
    await sees(page, "Charles Babbage");
    const made = (await sandbox.exchanges()).filter(({ number }) => number > before);
    const fromBrowser = made.filter(({ from }) => from === "browser").map(({ method, path }) => `${method} ${path}`);
    assert.deepEqual(fromBrowser, [
      "GET /v1/apps/app_embedded_backend_signature",
      "POST /api/oauth/userinfo",
      "GET /v1/apps/app_embedded_backend_signature",
      "POST /api/oauth/call",
    ]);
    await user.close();
  });

  test("a return with a state of nobody is refused, and the app is not told", async () => {
    const user = await visitor(browser, sandbox, { as: "usr_nobody" });
    const page = await user.open();
    await isSignedOut(page);
    await page.goto(`${sandbox.dashboard}/test/apps-oauth/com.example.oauth?code=K&state=S`);
    await problem(page, "return").getByText("not of this Dashboard").waitFor();
    await isSignedOut(page);
    await page.goto(`${sandbox.dashboard}/test/apps-oauth/com.example.other?code=K&state=S`);
    await problem(page, "return").getByText("No app with this id").waitFor();
    await user.close();
  });

  test("what happens is told in plain words beside the app", async (t) => {
    // Nobody else's exchanges are in the list, or come into it.
    const alone = await startSandbox();
    t.after(() => alone.stop());
    const user = await visitor(browser, alone);
    const page = await user.open();
    await isSignedOut(page);
    await page.getByText("The app asks who is linked.").waitFor();
    await page.getByText("The app asks where to send you").waitFor();
    await page.getByRole("button", { name: "Clear list" }).click();
    await page.getByText("Nothing yet.").waitFor();
    await user.close();
  });
});

describe("a manifest without the back end in connect-src", () => {
  test("the page says which line is missing", async (t) => {
    const folder = join(workspace, "target/e2e");
    await mkdir(folder, { recursive: true });
    const manifest = join(folder, "no-connect-src.json");
    const whole = join(workspace, "app/stripe-app.dev.json");
    const policy = { "connect-src": ["https://elsewhere.example/api/"], purpose: "Tests." };
    await writeFile(manifest, JSON.stringify({ extends: whole, ui_extension: { content_security_policy: policy } }));

    const sandbox = await startSandbox({ bundle: "no-connect-src", args: ["--manifest", manifest] });
    t.after(() => sandbox.stop());
    const browser = await launch();
    t.after(() => browser.close());
    const page = await (await visitor(browser, sandbox)).open();
    const told = problem(page, "blocked");
    await told.getByText(`${sandbox.gateway}/api/oauth/userinfo`).waitFor();
    await told.getByText('"http://localhost:3333/api/oauth/"').waitFor();
    await told.getByText("no-connect-src.json").waitFor();
    const reached = (await sandbox.exchanges()).filter(({ to }) => to === "gateway");
    assert.deepEqual(reached, []);
  });
});

describe("another app in the host", () => {
  let sandbox;
  let browser;
  let page;
  before(async () => {
    [sandbox, browser] = await Promise.all([
      startSandbox({ bundle: "fixture", args: ["--app", fixture, "--manifest", "stripe-app.json"] }),
      launch(),
    ]);
    page = await (await visitor(browser, sandbox)).open();
  });
  after(async () => {
    await browser?.close();
    await sandbox?.stop();
  });

  test("the SDK's questions are answered", async () => {
    for (const answer of [
      "email ada@dashboard.example",
      "permission true",
      "other permission false",
      "source true",
      "signature t=",
      "roles admin Administrator builtIn",
    ]) {
      await app(page).getByText(answer, { exact: true }).waitFor();
    }
  });

  test("the code has no origin, no storage, no cookies and no windows, as with Stripe", async () => {
    await app(page).getByText("storage SecurityError").waitFor();
    await app(page).getByText("cookies SecurityError").waitFor();
    await app(page).getByText("window null").waitFor();
    await app(page).getByText("origin null").waitFor();
  });

  test("components act", async () => {
    await app(page).getByRole("button", { name: "Toast" }).click();
    await page.getByText("Hello from the frame").waitFor();
    await app(page).getByText("Payments").click();
    await page.getByText("Dashboard route payments").waitFor();
    await app(page).getByLabel("Name").fill("Ada");
    await app(page).getByText("Typed: Ada").waitFor();
    await app(page).getByRole("button", { name: "Focus" }).click();
    await app(page).getByText("Only this").waitFor();
    await app(page).getByRole("button", { name: "Close" }).click();
    await app(page).getByText("Only this").waitFor({ state: "detached" });
  });

  test("a request beyond the manifest is stopped, and told", async () => {
    await app(page).getByRole("button", { name: "Reach out" }).click();
    await problem(page, "blocked").getByText('"https://elsewhere.example/api/"').waitFor();
  });

  test("a raw style value and a missing view are told", async () => {
    await page.getByRole("navigation").getByText("Customer", { exact: true }).click();
    await problem(page, "css").getByText("12px").waitFor();
    await app(page).getByText("Padded by hand").waitFor();
    await page.getByRole("navigation").getByText("App settings").click();
    await problem(page, "missing_view").getByText("src/views/Missing.tsx").waitFor();
  });
});
