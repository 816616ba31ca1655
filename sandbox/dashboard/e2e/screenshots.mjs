// `npm run screenshots`: pictures of each screen, wide and narrow, in target/screenshots/.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { launch, requireBrowser } from "./support/browser.mjs";
import { startSandbox, workspace } from "./support/sandbox.mjs";
import {
  ADA,
  REFUSE,
  answer,
  app,
  isLinked,
  isSignedOut,
  offersRetryOnly,
  pressSignIn,
  pressUnlink,
  sees,
  signIn,
  visitor,
} from "./support/user.mjs";

const WIDTHS = [1280, 400];
const folder = join(workspace, "target/screenshots");
const fixture = ["--app", join(import.meta.dirname, "fixture"), "--manifest", "stripe-app.json"];

requireBrowser();
await mkdir(folder, { recursive: true });
const sandbox = await startSandbox();
const gallery = await startSandbox({ bundle: "fixture", args: fixture });
const shared = await startSandbox({ args: ["--link-scope", "account"] });
const two = await startSandbox({ bundle: "two-providers", args: ["--providers", "2", "--link-scope", "account"] });
const browser = await launch();
try {
  await companionApp();
  await otherApp();
  await linkOfTheAccount();
  await twoProviders();
} finally {
  await browser.close();
  await Promise.all([sandbox.stop(), gallery.stop(), shared.stop(), two.stop()]);
}

async function companionApp() {
  const user = await visitor(browser, sandbox);
  const page = await user.open();
  await isSignedOut(page);
  await shoot(page, "1-sign-in");

  const refused = await signIn(page, REFUSE);
  await sees(refused, "did not give access");
  await shoot(refused, "2-refused");
  await page.reload();

  const provider = await pressSignIn(page);
  await sees(page, "Waiting for you");
  await shoot(page, "3-waiting");
  await shoot(provider, "4-provider");
  await answer(provider, ADA);
  await isLinked(provider);
  await sees(provider, "Charles Babbage");
  await shoot(provider, "5-linked");

  const settings = await user.open({ viewport: "settings" });
  await isLinked(settings);
  await shoot(settings, "6-settings");
  const payment = await user.open({ viewport: "stripe.dashboard.payment.detail" });
  await isLinked(payment);
  await sees(payment, "Jenny Rosen");
  await shoot(payment, "7-payment");
  await sandbox.fault("provider", "/api/contacts/search", { fault: { reply: { status: 403 } } });
  await payment.reload();
  await sees(payment, "does not let");
  await shoot(payment, "7-payment-refused");
  await sandbox.forgetFaults();

  await sandbox.fault("stripe", "/v1/apps/secrets/find");
  await payment.reload();
  await offersRetryOnly(payment);
  await shoot(payment, "8-outage");
  await sandbox.forgetFaults();

  await page.goto(`${sandbox.dashboard}/test/apps-oauth/com.example.oauth?code=K&state=S`);
  await isLinked(page);
  await shoot(page, "9-refused-return");
}

async function otherApp() {
  const page = await (await visitor(browser, gallery)).open();
  await app(page).getByRole("button", { name: "Reach out" }).click();
  await app(page).getByRole("button", { name: "Toast" }).click();
  await page.locator('[data-problem="blocked"]').waitFor();
  await shoot(page, "10-blocked-request");
}

async function linkOfTheAccount() {
  const administrator = await visitor(browser, shared);
  const member = await visitor(browser, shared, { as: "usr_grace1" });
  const page = await administrator.open();
  await isSignedOut(page);
  await shoot(page, "11-account-sign-in");
  const asking = await member.open();
  await sees(asking, "Ask an administrator");
  await shoot(asking, "12-account-ask");
  const onboarding = await member.open({ viewport: "onboarding" });
  await sees(onboarding, "Ask one to sign in");
  await shoot(onboarding, "13-account-onboarding");

  const tab = await signIn(page);
  await sees(tab, "Linked to Ada Lovelace");
  await shoot(tab, "14-account-linked");
  await asking.reload();
  await sees(asking, "To change or end it");
  await shoot(asking, "15-account-member");
  const payment = await member.open({ viewport: "stripe.dashboard.payment.detail" });
  await sees(payment, "Jenny Rosen");
  await shoot(payment, "15-account-payment");
  const memberSettings = await member.open({ viewport: "settings" });
  await sees(memberSettings, "To change or end it");
  await shoot(memberSettings, "16-account-member-settings");

  const settings = await administrator.open({ viewport: "settings" });
  await sees(settings, "Sign in again");
  await shoot(settings, "17-account-settings");
  await pressUnlink(settings);
  await shoot(settings, "18-account-unlink");
  await app(settings).getByRole("button", { name: "Cancel" }).click();
  await app(settings).getByRole("button", { name: "Sign in again" }).click();
  await isSignedOut(settings);
  await shoot(settings, "19-account-again");
  await pressSignIn(settings);
  await sees(settings, "Waiting for you");
  await shoot(settings, "20-account-waiting");
}

async function twoProviders() {
  const administrator = await visitor(browser, two);
  const settings = await administrator.open({ viewport: "settings" });
  const links = app(settings).getByRole("link", { name: "Sign in", exact: true });
  await links.nth(1).waitFor();
  await shoot(settings, "21-two-providers");
  const opened = administrator.context.waitForEvent("page");
  await links.first().click();
  const tab = await opened;
  await tab.waitForLoadState();
  await answer(tab, ADA);
  await sees(tab, "Linked to Ada Lovelace");
  await shoot(tab, "22-two-returned");
  const member = await visitor(browser, two, { as: "usr_grace1" });
  const others = await member.open({ viewport: "settings" });
  await sees(others, "To change or end it");
  await isSignedOut(others);
  await shoot(others, "23-two-member");
}

async function shoot(page, name) {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    const file = join(folder, `${name}-${width}.png`);
    await page.screenshot({ path: file });
    console.log(file);
  }
  await page.setViewportSize({ width: WIDTHS[0], height: 900 });
}
