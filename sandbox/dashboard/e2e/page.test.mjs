// The page around somebody else's app: its room, and what leaves the machine.

import { strict as assert } from "node:assert";
import { after, before, describe, test } from "node:test";

import { launch } from "./support/browser.mjs";
import { copyOfApp } from "./support/copies.mjs";
import { app, visitor } from "./support/user.mjs";

describe("the page around another app", () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  /** Opens a changed copy of the fixture; of its hosts the manifest allows api.example. */
  async function opened(t, name, { change = () => undefined, args = [] } = {}) {
    const copy = await copyOfApp(name);
    await change(copy);
    const sandbox = await copy.start(...args);
    t.after(() => sandbox.stop());
    const user = await visitor(browser, sandbox);
    t.after(() => user.close());
    return { sandbox, page: await user.open() };
  }

  const width = async (page) => (await app(page).boundingBox()).width;

  test("what belongs to a back end that it does not use is folded away, and can be unfolded", async (t) => {
    const { page } = await opened(t, "folded");
    await app(page).getByText("Gallery", { exact: true }).waitFor();
    assert.equal(await page.getByText("What just happened").isVisible(), false);
    assert.equal(await page.getByText("Break something").isVisible(), false);
    assert.equal(await width(page), 400);
    await page.getByText("The sandbox’s own back end").click();
    await page.getByText("What just happened").waitFor();
    await page.getByText("Break something").waitFor();
  });

  test("a full page is full, and a reload keeps it", async (t) => {
    const change = ({ edit }) =>
      edit("stripe-app.json", "stripe.dashboard.drawer.default", "stripe.dashboard.fullpage");
    const { page } = await opened(t, "full-page", { change });
    await page.reload();
    await app(page).getByText("Gallery", { exact: true }).waitFor();
    await page.getByRole("navigation").getByText("Full page").waitFor();
    assert.ok((await width(page)) > 1000, `${await width(page)} of 1280`);
  });

  test("hosts beyond this machine that the manifest names are told, on the page and in the terminal", async (t) => {
    const { page, sandbox } = await opened(t, "hosts");
    await page.getByText("the app may reach api.example").waitFor();
    assert.match(sandbox.said, /The app may reach api\.example \(not with --offline\)/);
    assert.doesNotMatch(sandbox.said, /Nothing here leaves this machine/);
  });

  test("--offline keeps the app from them", async (t) => {
    const change = ({ edit }) =>
      edit("src/views/Gallery.tsx", "https://elsewhere.example/api/", "https://api.example/x/");
    const { page, sandbox } = await opened(t, "offline", { change, args: ["--offline"] });
    await page.getByText("all of this stays on your machine").waitFor();
    assert.match(sandbox.said, /Nothing here leaves this machine/);
    await app(page).getByRole("button", { name: "Reach out" }).click();
    const note = page.locator('[data-problem="blocked"]');
    await note.getByText("The sandbox runs with --offline").waitFor();
    await note.getByText("https://api.example/x/data").waitFor();
  });
});
