// An app of two providers, each behind a back end of its own: one linked for the account, the other by each user.

import { strict as assert } from "node:assert";
import { after, before, describe, test } from "node:test";

import { launch } from "./support/browser.mjs";
import { startSandbox } from "./support/sandbox.mjs";
import { answer, app, visitor, ADA } from "./support/user.mjs";

const BOOKS = "Example Books";
const MAIL = "Example Mail";

describe("two providers in one app", () => {
  let sandbox;
  let browser;
  before(async () => {
    const args = ["--providers", "2", "--link-scope", "account"];
    [sandbox, browser] = await Promise.all([startSandbox({ bundle: "two-providers", args }), launch()]);
  });
  after(async () => {
    await browser?.close();
    await sandbox?.stop();
  });

  let tests = 0;
  const account = () => visitor(browser, sandbox, { account: `acct_two${++tests}` });
  const settingsOf = (user, more) => user.open({ viewport: "settings", ...more });

  /** The part of a page that is about one provider. */
  const section = (page, provider) => app(page).getByText(provider, { exact: true }).locator("..");
  const shows = (page, provider, text) => section(page, provider).getByText(text).first().waitFor();
  const isOffered = (page, provider) =>
    section(page, provider).getByRole("link", { name: "Sign in", exact: true }).waitFor();

  async function link(page, provider) {
    const opened = page.context().waitForEvent("page");
    await section(page, provider).getByRole("link", { name: "Sign in", exact: true }).click();
    const tab = await opened;
    await tab.waitForLoadState();
    await answer(tab, ADA);
    await shows(tab, provider, "Linked to Ada Lovelace");
    return tab;
  }

  test("each is linked by itself, and the return finds the one that it belongs to", async () => {
    const user = await account();
    const settings = await settingsOf(user);
    await isOffered(settings, BOOKS);
    await isOffered(settings, MAIL);

    const tab = await link(settings, MAIL);
    await shows(tab, MAIL, "Your linked account");
    await isOffered(tab, BOOKS);
    await shows(settings, MAIL, "Your linked account");
    await isOffered(settings, BOOKS);

    await link(settings, BOOKS);
    await shows(settings, BOOKS, "Linked for the whole Stripe account");
    await shows(settings, MAIL, "Your linked account");
    await settings.reload();
    await shows(settings, BOOKS, "Linked for the whole Stripe account");
    await shows(settings, MAIL, "Your linked account");
    await user.close();
  });

  test("each is unlinked by itself", async () => {
    const user = await account();
    const settings = await settingsOf(user);
    await link(settings, BOOKS);
    await link(settings, MAIL);
    const end = async (provider, label, question) => {
      await section(settings, provider).getByText(label, { exact: true }).click();
      await shows(settings, provider, question);
      await section(settings, provider).getByRole("button", { name: label }).click();
      await isOffered(settings, provider);
      await settings.reload();
      await isOffered(settings, provider);
    };
    await shows(settings, BOOKS, "Ada Lovelace");
    await end(BOOKS, "Unlink", "Unlink Example Books for everyone?");
    await shows(settings, MAIL, "Your linked account");

    await link(settings, BOOKS);
    await end(MAIL, "Sign out", "Sign out of Example Mail?");
    await shows(settings, BOOKS, "Linked for the whole Stripe account");
    await user.close();
  });

  test("a member uses the account's link, and has a link of their own at the other", async () => {
    const user = await account();
    await link(await settingsOf(user), BOOKS);
    const settings = await settingsOf(user, { as: "usr_grace1" });
    await shows(settings, BOOKS, "To change or end it, ask an administrator.");
    await isOffered(settings, MAIL);
    await link(settings, MAIL);
    await isOffered(await settingsOf(user, { as: "usr_ada1" }), MAIL);
    await user.close();
  });

  test("a feature needs the link of its own provider only", async () => {
    const user = await account();
    await link(await settingsOf(user), BOOKS);
    const payment = await user.open({ viewport: "stripe.dashboard.payment.detail" });
    await app(payment).getByText("From the books of Ada Lovelace").waitFor();
    await user.close();
  });

  test("both addresses are in the app's policy, and no others", async () => {
    const policy = (await fetch(`${sandbox.dashboard}/frame`)).headers.get("content-security-policy");
    const [, allowed] = /connect-src ([^;]*)/.exec(policy);
    assert.equal(new Set(allowed.split(" ")).size, 2);
    assert.ok(allowed.includes(`${sandbox.gateway}/api/oauth/`));
  });
});
