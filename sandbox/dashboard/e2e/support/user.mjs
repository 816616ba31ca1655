// What a person does in the Dashboard and at the provider.

import { strict as assert } from "node:assert";

/** A person with a browser profile of their own. */
export async function visitor(browser, sandbox, { as = "usr_ada1", account = "acct_alpine", mode = "test" } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  context.setDefaultTimeout(15_000);
  const who = { as, account, mode };
  return {
    context,
    /** Opens the Dashboard in a new tab. */
    async open(more = {}) {
      const page = await context.newPage();
      await page.goto(`${sandbox.dashboard}/?${new URLSearchParams({ ...who, ...more })}`);
      return page;
    },
    close: () => context.close(),
  };
}

/** The app's own part of the page. */
export const app = (page) => page.locator("aside.app");

/** Presses "Sign in": the provider's page, in its new tab. */
export async function pressSignIn(page) {
  const opened = page.context().waitForEvent("page");
  await app(page).getByRole("link", { name: "Sign in", exact: true }).click();
  const provider = await opened;
  await provider.waitForLoadState();
  return provider;
}

/** Answers the provider's question, and waits for the Dashboard. */
export async function answer(provider, choice) {
  await provider.getByRole("button", { name: choice }).click();
  await provider.waitForURL(/viewport=/);
}

export const ADA = "Allow as Ada Lovelace";
export const GRACE = "Allow as Grace Hopper";
export const REFUSE = "Refuse";

/** Signs in as Ada; the tab that came back is returned. */
export async function signIn(page, choice = ADA) {
  const tab = await pressSignIn(page);
  await answer(tab, choice);
  return tab;
}

export async function sees(page, text) {
  await app(page).getByText(text).first().waitFor();
}

export async function isLinked(page, name = "Ada Lovelace") {
  await sees(page, name);
  // The question before signing out, if it was asked, has gone.
  await app(page).getByRole("button", { name: "Cancel", exact: true }).waitFor({ state: "detached" });
  await app(page).getByText("Sign out", { exact: true }).waitFor();
}

/** Presses "Sign out": what then asks for confirmation, a dialog in the drawer and a banner in the settings. */
export async function pressSignOut(page) {
  await app(page).getByText("Sign out", { exact: true }).click();
  const question = app(page).getByRole("dialog").or(app(page).getByRole("status"));
  await question.getByText("gives up its access").waitFor();
  return question;
}

/** The same for a link of the whole account. */
export async function pressUnlink(page) {
  await app(page).getByText("Unlink", { exact: true }).click();
  const question = app(page).getByRole("dialog").or(app(page).getByRole("status"));
  await question.getByText("for everyone?").waitFor();
  return question;
}

export async function isSignedOut(page) {
  await app(page).getByRole("link", { name: "Sign in", exact: true }).waitFor();
}

/** An outage: the user may try again, and is not asked to sign in. */
export async function offersRetryOnly(page) {
  await app(page).getByRole("button", { name: "Retry" }).waitFor();
  assert.equal(await app(page).getByRole("link", { name: "Sign in" }).count(), 0);
}

/** The code is spent, or may be: the user begins anew, by a link where they are sent there at once. */
export async function startsOver(page, sandbox) {
  const startOver = app(page).getByRole("button", { name: "Start over" });
  const signIn = app(page).getByRole("link", { name: "Sign in", exact: true });
  await startOver.or(signIn).waitFor();
  assert.equal(await app(page).getByRole("button", { name: "Retry" }).count(), 0);
  await sandbox.forgetFaults();
  if (await startOver.isVisible()) {
    await startOver.click();
  }
  await isSignedOut(page);
}
