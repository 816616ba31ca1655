// One link for the whole account: what an administrator does, and what the other members see of it.

import { strict as assert } from "node:assert";
import { after, before, describe, test } from "node:test";

import { launch } from "./support/browser.mjs";
import { startSandbox } from "./support/sandbox.mjs";
import { ADA, GRACE, answer, app, isSignedOut, pressSignIn, pressUnlink, sees, signIn, visitor } from "./support/user.mjs";

const MEMBERS = ["usr_grace1", "usr_eve1"];

describe("a link of the whole account", () => {
  let sandbox;
  let browser;
  before(async () => {
    [sandbox, browser] = await Promise.all([startSandbox({ args: ["--link-scope", "account"] }), launch()]);
  });
  after(async () => {
    await browser?.close();
    await sandbox?.stop();
  });

  /** Every test has an account of its own, in a browser whose Dashboard can be anybody's. */
  let tests = 0;
  const account = () => visitor(browser, sandbox, { account: `acct_shared${++tests}` });
  /** Of the same account, in a browser of their own. */
  const colleague = () => visitor(browser, sandbox, { account: `acct_shared${tests}`, as: "usr_grace1" });
  const become = (page, user) => page.getByLabel("Stripe user").selectOption(user);
  const offersNoSignIn = async (page) =>
    assert.equal(await app(page).getByText(/^(Sign in|Unlink|Sign in again)$/).count(), 0);

  test("is made by an administrator, and every member uses it", async () => {
    const user = await account();
    const tab = await signIn(await user.open());
    await sees(tab, "Linked for the whole Stripe account");
    await sees(tab, "You");
    for (const member of MEMBERS) {
      await become(tab, member);
      await sees(tab, "Ada Lovelace");
      await sees(tab, "usr_ada1");
      await sees(tab, "To change or end it, ask an administrator.");
      await offersNoSignIn(tab);
    }
    const payment = await user.open({ as: "usr_grace1", viewport: "stripe.dashboard.payment.detail" });
    await sees(payment, "Linked as Ada Lovelace");
    await user.close();
  });

  test("is not for others to make: they are told whom to ask, wherever they look", async () => {
    const user = await account();
    const page = await user.open({ as: "usr_grace1" });
    for (const place of ["Any page", "App settings", "Onboarding"]) {
      await page.getByRole("navigation").getByText(place).click();
      for (const member of MEMBERS) {
        await become(page, member);
        await sees(page, "Ask one to sign in to Example");
        await offersNoSignIn(page);
      }
    }
    const asked = (await sandbox.exchanges()).filter(({ path }) => path.endsWith("/api/oauth/login"));
    assert.equal(asked.filter(({ status }) => status !== 200).length, 0, "no sign-in that fails was begun");
    await user.close();
  });

  test("is there for a member who has waited for it", async () => {
    const user = await account();
    const waiting = await user.open({ as: "usr_grace1" });
    await sees(waiting, "Ask an administrator");
    await sees(await signIn(await user.open({ as: "usr_ada1" })), "Linked to Ada Lovelace");
    await app(waiting).getByRole("button", { name: "Check again" }).click();
    await sees(waiting, "Ada Lovelace");
    await user.close();
  });

  test("is ended in the settings, after a question, for everybody", async () => {
    const user = await account();
    await sees(await signIn(await user.open()), "Linked to Ada Lovelace");
    const settings = await user.open({ viewport: "settings" });
    await (await pressUnlink(settings)).getByRole("button", { name: "Cancel" }).click();
    await settings.reload();
    await (await pressUnlink(settings)).getByRole("button", { name: "Unlink" }).click();
    await isSignedOut(settings);
    await become(settings, "usr_grace1");
    await sees(settings, "Ask an administrator");
    await user.close();
  });

  test("is made anew in the settings, and stays while that is not finished", async () => {
    const user = await account();
    await sees(await signIn(await user.open()), "Linked to Ada Lovelace");
    const settings = await user.open({ viewport: "settings" });
    await app(settings).getByRole("button", { name: "Sign in again" }).click();
    await sees(settings, "To link somebody else's account, unlink this one first.");
    const provider = await pressSignIn(settings);
    await sees(settings, "Waiting for you");
    const member = await colleague();
    await sees(await member.open(), "Ada Lovelace");
    await answer(provider, ADA);
    await sees(provider, "Linked to Ada Lovelace");
    // In the same second it would be no news.
    await app(settings).getByRole("button", { name: "Done" }).or(app(settings).getByText("Linked to")).first().click();
    await sees(settings, "Linked for the whole Stripe account");
    await Promise.all([user.close(), member.close()]);
  });

  test("is left as it was by a sign-in that the back end refuses", async () => {
    const user = await account();
    await sees(await signIn(await user.open()), "Linked to Ada Lovelace");
    const settings = await user.open({ viewport: "settings" });
    await app(settings).getByRole("button", { name: "Sign in again" }).click();
    const refused = await pressSignIn(settings);
    await answer(refused, GRACE);
    await sees(refused, "not verified");
    await become(refused, "usr_grace1");
    await sees(refused, "Ada Lovelace");
    await user.close();
  });
});
