// Two browsers: an attacker begins a sign-in and lets a victim finish it (login CSRF, see docs/flows.md).

import { strict as assert } from "node:assert";
import { after, before, describe, test } from "node:test";

import { launch } from "./support/browser.mjs";
import { startSandbox } from "./support/sandbox.mjs";
import { ADA, app, isLinked, isSignedOut, pressSignIn, sees, visitor } from "./support/user.mjs";

const ATTACKER = { as: "usr_mallory", account: "acct_mallory" };
const VICTIM = { as: "usr_ada1", account: "acct_alpine" };

describe("an attacker's sign-in that a victim finishes", () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  test("session-bound flow: nobody is linked", async (t) => {
    const sandbox = await startSandbox();
    t.after(() => sandbox.stop());
    const attacker = await visitor(browser, sandbox, ATTACKER);
    const victim = await visitor(browser, sandbox, VICTIM);

    const trap = await attacker.open();
    const address = await app(trap).getByRole("link", { name: "Sign in", exact: true }).getAttribute("href");
    await victim.open();
    const lured = await victim.context.newPage();
    await lured.goto(address);
    await lured.getByRole("button", { name: ADA }).click();

    // The victim's Dashboard does not know the state, and its app hears nothing of the code.
    await lured.getByText("The Dashboard has refused this return").waitFor();
    await isSignedOut(lured);
    await trap.reload();
    await isSignedOut(trap);
    const finished = (await sandbox.exchanges()).filter(
      ({ method, path }) => method === "POST" && path.endsWith("/authorize"),
    );
    assert.deepEqual(finished, []);
  });

  test("session-bound flow: a code that the attacker got hold of is of no use to another user", async (t) => {
    const sandbox = await startSandbox();
    t.after(() => sandbox.stop());
    const victim = await visitor(browser, sandbox, VICTIM);
    const attacker = await visitor(browser, sandbox, ATTACKER);

    // The victim's own return, caught before the Dashboard's page has read it …
    const page = await victim.open();
    const provider = await pressSignIn(page);
    await provider.route("**/bundle/host.js", (route) => route.abort());
    await provider.getByRole("button", { name: ADA }).click();
    await provider.waitForURL(/code=/);
    const stolen = provider.url();

    // … and opened in the attacker's Dashboard.
    const thief = await attacker.open();
    await thief.goto(stolen);
    await thief.getByText("The Dashboard has refused this return").waitFor();
    await isSignedOut(thief);
  });

  test("direct flow: the victim's account is linked to the attacker, which is why it is not the default", async (t) => {
    const sandbox = await startSandbox({ args: ["--flow", "direct"] });
    t.after(() => sandbox.stop());
    const attacker = await visitor(browser, sandbox, ATTACKER);
    const victim = await visitor(browser, sandbox, VICTIM);

    const lured = await victim.context.newPage();
    await lured.goto(await directLogin(sandbox, ATTACKER));
    await lured.getByRole("button", { name: ADA }).click();
    await lured.waitForURL(/viewport=/);

    const loot = await attacker.open();
    await isLinked(loot, "Ada Lovelace");
  });

  test("direct flow: the app says that it cannot sign in from here", async (t) => {
    const sandbox = await startSandbox({ args: ["--flow", "direct"] });
    t.after(() => sandbox.stop());
    const user = await visitor(browser, sandbox, VICTIM);
    await sees(await user.open(), "switched off");
  });
});

/** The article's login link: signed by Stripe for whoever made it, good for whoever opens it. */
async function directLogin(sandbox, { as, account }) {
  const payload = JSON.stringify({ user_id: as, account_id: account });
  const response = await fetch(
    `${sandbox.stripe}/v1/apps/app_embedded_backend_signature?${new URLSearchParams({ payload })}`,
  );
  const { signature } = await response.json();
  const state = JSON.stringify({ userId: as, accountId: account, signature });
  return `${sandbox.gateway}/api/oauth/login?${new URLSearchParams({ state })}`;
}
