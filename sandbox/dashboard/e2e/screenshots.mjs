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
const browser = await launch();
try {
  await companionApp();
  await otherApp();
} finally {
  await browser.close();
  await Promise.all([sandbox.stop(), gallery.stop()]);
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
  await shoot(provider, "5-linked");

  const settings = await user.open({ viewport: "settings" });
  await isLinked(settings);
  await shoot(settings, "6-settings");
  const payment = await user.open({ viewport: "stripe.dashboard.payment.detail" });
  await isLinked(payment);
  await shoot(payment, "7-payment");

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

async function shoot(page, name) {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    const file = join(folder, `${name}-${width}.png`);
    await page.screenshot({ path: file });
    console.log(file);
  }
  await page.setViewportSize({ width: WIDTHS[0], height: 900 });
}
