// Declared calls: the app shows what the linked account has at the provider, by a link of each user, and by one of the
// whole account.

import { strict as assert } from "node:assert";
import { after, before, describe, test } from "node:test";

import { launch } from "./support/browser.mjs";
import { startSandbox } from "./support/sandbox.mjs";
import { app, isSignedOut, sees, signIn, visitor } from "./support/user.mjs";

const PAYMENT = { viewport: "stripe.dashboard.payment.detail" };
const press = (page, name) => app(page).getByRole("button", { name, exact: true }).click();

for (const [scope, looks] of [
  ["user", "usr_ada1"],
  ["account", "usr_grace1"],
]) {
  describe(`with a link of the ${scope}`, () => {
    let sandbox;
    let browser;
    before(async () => {
      [sandbox, browser] = await Promise.all([startSandbox({ args: ["--link-scope", scope] }), launch()]);
    });
    after(async () => {
      await browser?.close();
      await sandbox?.stop();
    });

    /** Every test has an account of its own, with a link that Ada has made. */
    let tests = 0;
    async function linked() {
      const user = await visitor(browser, sandbox, { account: `acct_calls${scope}${++tests}` });
      await sees(await signIn(await user.open()), "Ada Lovelace");
      return user;
    }
    const open = (user, more = {}) => user.open({ as: looks, ...more });

    test("a payment shows the contact that is its customer", async () => {
      const user = await linked();
      const payment = await open(user, PAYMENT);
      await sees(payment, "Jenny Rosen");
      await sees(payment, "jenny.rosen@example.com");
      await user.close();
    });

    test("the drawer lists the contacts, page by page", async () => {
      const user = await linked();
      const page = await open(user);
      await sees(page, "Charles Babbage");
      assert.equal(await app(page).getByText("Annabella Byron").count(), 0);
      await press(page, "More");
      await sees(page, "Augustus De Morgan");
      await app(page).getByRole("button", { name: "More" }).waitFor({ state: "detached" });
      await user.close();
    });

    test("an outage of the provider is no sign-out, and can be tried again", async () => {
      const user = await linked();
      await sandbox.fault("provider", "/api/contacts/search");
      const payment = await open(user, PAYMENT);
      await sees(payment, "Example is out of reach. Your link is untouched.");
      await sandbox.forgetFaults();
      await press(payment, "Retry");
      await sees(payment, "Jenny Rosen");
      await user.close();
    });

    test("what the linked account may not see is told, and can be tried again", async () => {
      const user = await linked();
      await sandbox.fault("provider", "/api/contacts", { fault: { reply: { status: 403 } } });
      const page = await open(user);
      await sees(page, "Example does not let the linked account see or do this.");
      await sandbox.forgetFaults();
      await press(page, "Retry");
      await sees(page, "Charles Babbage");
      await user.close();
    });

    test("where the link has ended meanwhile, the call leads to the sign-in", async () => {
      const user = await linked();
      const page = await user.open();
      await sees(page, "Charles Babbage");
      const settings = await user.open({ viewport: "settings" });
      await app(settings)
        .getByText(/^(Sign out|Unlink)$/)
        .first()
        .click();
      await app(settings)
        .getByRole("status")
        .getByRole("button", { name: /^(Sign out|Unlink)$/ })
        .click();
      await isSignedOut(settings);
      await press(page, "More");
      await isSignedOut(page);
      await user.close();
    });
  });
}
