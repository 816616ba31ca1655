// When something is down, the user may try again, and is never taken for signed out.

import { after, before, beforeEach, describe, test } from "node:test";

import { launch } from "./support/browser.mjs";
import { startSandbox } from "./support/sandbox.mjs";
import { ADA, app, isLinked, offersRetryOnly, pressSignIn, signIn, startsOver, visitor } from "./support/user.mjs";

const HANG_UP = { fault: "hang_up" };

const OUTAGES = [
  ["Stripe does not sign", "stripe", "/v1/apps/app_embedded_backend_signature"],
  ["Stripe's Secret Store fails", "stripe", "/v1/apps/secrets/find"],
  ["Stripe's Secret Store hangs up", "stripe", "/v1/apps/secrets/find", HANG_UP],
  ["the provider fails", "provider", "/oauth/whoami"],
  ["the back end fails", "gateway", "/api/oauth/userinfo"],
  ["the back end hangs up", "gateway", "/api/oauth/userinfo", HANG_UP],
];

describe("outages", () => {
  let sandbox;
  let browser;
  let user;
  before(async () => {
    [sandbox, browser] = await Promise.all([startSandbox(), launch()]);
    user = await visitor(browser, sandbox);
    await isLinked(await signIn(await user.open()));
  });
  beforeEach(() => sandbox.forgetFaults());
  after(async () => {
    await browser?.close();
    await sandbox?.stop();
  });

  for (const [what, party, path, fault] of OUTAGES) {
    test(`${what} while the app looks who is linked`, async () => {
      await sandbox.fault(party, path, fault);
      const page = await user.open();
      await offersRetryOnly(page);
      await sandbox.forgetFaults();
      await app(page).getByRole("button", { name: "Retry" }).click();
      await isLinked(page);
      await page.close();
    });
  }

  // Where no answer came, trying again links; where the code may be spent, the user begins anew.
  for (const [what, party, path, goesOn] of [
    ["the provider", "provider", "/token", startsOver],
    ["Stripe", "stripe", "/v1/apps/secrets", startsOver],
    ["the back end", "gateway", "/api/oauth/authorize", retries],
  ]) {
    test(`${what} fails while a sign-in is finished`, async () => {
      const other = await visitor(browser, sandbox, { as: "usr_other", account: `acct_${party}` });
      const page = await other.open();
      const tab = await pressSignIn(page);
      // Strikes when the browser is back in the Dashboard: the provider's redirect takes the same route before.
      await tab.route("**/bundle/host.js", async (route) => {
        await sandbox.fault(party, path);
        await route.continue();
      });
      await tab.getByRole("button", { name: ADA }).click();
      await tab.waitForURL(/viewport=/);
      await goesOn(tab, sandbox);
      await other.close();
    });
  }
});

async function retries(page, sandbox) {
  await offersRetryOnly(page);
  await sandbox.forgetFaults();
  await app(page).getByRole("button", { name: "Retry" }).click();
  await isLinked(page);
}
