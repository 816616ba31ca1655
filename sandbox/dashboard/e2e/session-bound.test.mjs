// The default flow, as a user of the Dashboard sees it.

import { strict as assert } from "node:assert";
import { after, before, describe, test } from "node:test";

import { launch } from "./support/browser.mjs";
import { startSandbox } from "./support/sandbox.mjs";
import {
  ADA,
  GRACE,
  REFUSE,
  answer,
  app,
  isLinked,
  isSignedOut,
  pressSignIn,
  pressSignOut,
  sees,
  signIn,
  visitor,
} from "./support/user.mjs";

describe("session-bound flow", () => {
  let sandbox;
  let browser;
  before(async () => {
    [sandbox, browser] = await Promise.all([startSandbox(), launch()]);
  });
  after(async () => {
    await browser?.close();
    await sandbox?.stop();
  });

  /** Every test has an account of its own. */
  let tests = 0;
  const someone = (more) => visitor(browser, sandbox, { account: `acct_test${++tests}`, ...more });

  test("signing in links the tab that comes back and the tab that waits", async () => {
    const user = await someone();
    const waiting = await user.open();
    const provider = await pressSignIn(waiting);
    await sees(waiting, "Waiting for you");
    await answer(provider, ADA);
    await isLinked(provider);
    await isLinked(waiting);
    assert.ok(!provider.url().includes("code="), "the code is not left in the address");
    await user.close();
  });

  test("the link shows in every view, also after a reload", async () => {
    const user = await someone();
    const page = await user.open();
    await isLinked(await signIn(page));
    await isLinked(await user.open({ viewport: "settings" }));
    const payment = await user.open({ viewport: "stripe.dashboard.payment.detail" });
    await isLinked(payment);
    await sees(payment, "The customer at Example");
    await payment.reload();
    await isLinked(payment);
    await payment.getByRole("navigation").getByText("Any page").click();
    await sees(payment, "Your linked account");
    await user.close();
  });

  test("what came back stays with the app until a reload, and does no harm", async () => {
    const user = await someone();
    const tab = await signIn(await user.open());
    await isLinked(tab);
    const nav = tab.getByRole("navigation");
    await nav.getByText("App settings").click();
    await isLinked(tab);
    await nav.getByText("Any page").click();
    await isLinked(tab);
    await user.close();
  });

  test("refusing at the provider leaves nothing linked, and says so", async () => {
    const user = await someone();
    const tab = await signIn(await user.open(), REFUSE);
    await sees(tab, "did not give access");
    await isSignedOut(tab);
    await user.close();
  });

  test("an account with an unverified e-mail address is not linked", async () => {
    const user = await someone();
    const tab = await signIn(await user.open(), GRACE);
    await sees(tab, "not verified");
    await isSignedOut(tab);
    await tab.reload();
    await isSignedOut(tab);
    await user.close();
  });

  test("reloading while waiting loses nothing", async () => {
    const user = await someone();
    const page = await user.open();
    const provider = await pressSignIn(page);
    await sees(page, "Waiting for you");
    await page.reload();
    await isSignedOut(page);
    await answer(provider, ADA);
    await isLinked(provider);
    await page.reload();
    await isLinked(page);
    await user.close();
  });

  for (const viewport of ["stripe.dashboard.drawer.default", "settings"]) {
    test(`signing out asks first, then unlinks, in ${viewport}`, async () => {
      const user = await someone();
      await isLinked(await signIn(await user.open()));
      const page = await user.open({ viewport });
      await isLinked(page);
      await (await pressSignOut(page)).getByRole("button", { name: "Cancel" }).click();
      await isLinked(page);
      await page.reload();
      await isLinked(page);

      await (await pressSignOut(page)).getByRole("button", { name: "Sign out" }).click();
      await isSignedOut(page);
      await page.reload();
      await isSignedOut(page);
      await user.close();
    });
  }

  test("closing the question in the drawer is a no", async () => {
    const user = await someone();
    const tab = await signIn(await user.open());
    await isLinked(tab);
    await (await pressSignOut(tab)).getByRole("button", { name: "Close" }).click();
    await isLinked(tab);
    await user.close();
  });

  test("onboarding leads through the sign-in, and is complete once another tab has made the link", async () => {
    const user = await someone();
    const page = await user.open({ viewport: "onboarding" });
    const provider = await pressSignIn(page);
    await sees(page, "This page goes on by itself");
    await answer(provider, ADA);
    await sees(page, "Onboarding is complete");
    await sees(page, "Ada Lovelace");
    await page.reload();
    await sees(page, "Onboarding is complete");
    await user.close();
  });

  test("test and live mode are two links", async () => {
    const user = await someone({ mode: "live" });
    const live = await signIn(await user.open());
    await isLinked(live);
    const test = await user.open({ mode: "test" });
    await isSignedOut(test);
    await test.getByRole("radio", { name: "live" }).check();
    await isLinked(test);
    await user.close();
  });

  test("a sandbox account is linked by itself, and has no live mode", async () => {
    const user = await someone({ account: "acct_alpineSandbox", mode: "live" });
    const page = await user.open();
    assert.ok(await page.getByRole("radio", { name: "live" }).isDisabled());
    await isLinked(await signIn(page));
    await isSignedOut(await user.open({ account: "acct_alpine" }));
    await user.close();
  });

  test("another user of the same account is not linked", async () => {
    const user = await someone();
    const tab = await signIn(await user.open());
    await isLinked(tab);
    await tab.getByLabel("Stripe user").selectOption("usr_grace1");
    await isSignedOut(tab);
    await user.close();
  });
});

test("the main manifest works in the sandbox, which moves its back end", async (t) => {
  const [sandbox, browser] = await Promise.all([
    startSandbox({ bundle: "main-manifest", args: ["--manifest", "stripe-app.json"] }),
    launch(),
  ]);
  t.after(() => Promise.all([sandbox.stop(), browser.close()]));
  const user = await visitor(browser, sandbox);
  await isLinked(await signIn(await user.open()));
});
