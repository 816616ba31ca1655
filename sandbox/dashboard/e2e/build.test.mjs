// The build of an app, and what the page makes of it: also of one that fails, and of one that goes on.

import { strict as assert } from "node:assert";
import { existsSync } from "node:fs";
import { open, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { launch } from "./support/browser.mjs";
import { copyOfApp } from "./support/copies.mjs";
import { startSandbox, workspace } from "./support/sandbox.mjs";
import { app, visitor } from "./support/user.mjs";

const VIEW = "src/views/Gallery.tsx";
const MANIFEST = "stripe-app.json";

/** Waits for another build than this one. */
async function buildAfter(sandbox, { id }) {
  for (;;) {
    const built = await sandbox.built();
    if (built.id !== id) {
      return built;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe("the plain page", () => {
  test("--plain serves the page that needs no build", async (t) => {
    const sandbox = await startSandbox({ args: ["--plain"] });
    t.after(() => sandbox.stop());
    const html = await (await fetch(sandbox.dashboard)).text();
    assert.match(html, /page\.js/);
  });

  test("without an app the plain page is served, and it is said", async (t) => {
    const sandbox = await startSandbox({ args: ["--app", "/nowhere"] });
    t.after(() => sandbox.stop());
    assert.match(sandbox.said, /!! The Stripe App cannot be shown: there is no \/nowhere/);
    assert.match(await (await fetch(sandbox.dashboard)).text(), /page\.js/);
  });
});

describe("--watch", () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  async function watched(t, name, options) {
    const copy = await copyOfApp(name, options);
    const sandbox = await copy.start("--watch");
    t.after(() => sandbox.stop());
    const user = await visitor(browser, sandbox);
    t.after(() => user.close());
    return { copy, sandbox, user };
  }

  test("editing a view reloads the page", async (t) => {
    const { copy, user } = await watched(t, "edited");
    const page = await user.open();
    await app(page).getByText("Gallery", { exact: true }).waitFor();
    await copy.edit(VIEW, 'title="Gallery"', 'title="Edited"');
    await app(page).getByText("Edited", { exact: true }).waitFor();
  });

  test("whoever opens the page at once has one that follows the builds", async (t) => {
    const { sandbox } = await watched(t, "at-once");
    assert.equal((await sandbox.built()).watched, true);
  });

  test("an edit that is built while the page loads is not lost", async (t) => {
    const { copy, sandbox, user } = await watched(t, "while-loading");
    const first = await sandbox.built();
    // The page gets the old view, and by then another has been built; what it asks meanwhile waits for that.
    let rebuilt;
    await user.context.route("**/bundle/extension.js", async (route) => {
      const old = rebuilt ? undefined : await route.fetch();
      rebuilt ??= copy.edit(VIEW, 'title="Gallery"', 'title="Edited"').then(() => buildAfter(sandbox, first));
      await rebuilt;
      await (old ? route.fulfill({ response: old }) : route.continue());
    });
    await user.context.route("**/bundle/built.json", async (route) => {
      await rebuilt;
      await route.continue();
    });
    const page = await user.open();
    await app(page).getByText("Edited", { exact: true }).waitFor();
  });

  test("whoever reads a part of the bundle while it is replaced has the old one, whole", async (t) => {
    const { copy, sandbox } = await watched(t, "replaced");
    const first = await sandbox.built();
    const part = join(workspace, "target/e2e", copy.bundle, "extension.js");
    const before = await readFile(part, "utf8");
    const reader = await open(part);
    t.after(() => reader.close());
    await copy.edit(VIEW, 'title="Gallery"', 'title="Edited"');
    await buildAfter(sandbox, first);
    assert.equal(await reader.readFile("utf8"), before);
    assert.match(await readFile(part, "utf8"), /"Edited"/);
  });

  test("a view that cannot be built leaves the last one, with a note, until it can be", async (t) => {
    const { copy, user } = await watched(t, "broken");
    const page = await user.open();
    await app(page).getByText("Gallery", { exact: true }).waitFor();
    await copy.edit(VIEW, "return (", "return ((");
    const note = page.locator('[data-problem="build"]');
    await note.getByText("src/views/Gallery.tsx:").waitFor();
    await note.getByText('Expected ")" but found').waitFor();
    await app(page).getByText("Gallery", { exact: true }).waitFor();

    // Opened now there is no view to show, and it comes when there is.
    await page.reload();
    await note.waitFor();
    await app(page).getByText("could not be built").waitFor();
    await copy.edit(VIEW, "return ((", "return (");
    await app(page).getByText("Gallery", { exact: true }).waitFor();
    assert.equal(await note.count(), 0);
  });

  test("an app whose packages are installed meanwhile is shown", async (t) => {
    const { copy, user } = await watched(t, "installed", { installed: false });
    const page = await user.open();
    await page.locator('[data-problem="build"]').getByText("packages are not installed").waitFor();
    await copy.install();
    await app(page).getByText("Gallery", { exact: true }).waitFor();
  });

  test("a manifest that was not to be read for a while is read again", async (t) => {
    const { copy, user } = await watched(t, "manifest");
    const page = await user.open();
    await app(page).getByText("Gallery", { exact: true }).waitFor();
    await copy.edit(MANIFEST, "{", "{ oops");
    await page.locator('[data-problem="build"]').getByText(MANIFEST).first().waitFor();
    await copy.edit(MANIFEST, "{ oops", "{");
    await copy.edit(MANIFEST, '"name": "Fixture"', '"name": "Renamed"');
    await app(page).getByText("Renamed", { exact: true }).waitFor();
  });
});

describe("an app that cannot be built", () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  /** The note on the page of an app that was changed like this. */
  async function note(t, name, change, options) {
    const copy = await copyOfApp(name, options);
    await change(copy);
    const sandbox = await copy.start();
    t.after(() => sandbox.stop());
    const user = await visitor(browser, sandbox);
    t.after(() => user.close());
    const page = await user.open();
    await app(page).getByText("could not be built").waitFor();
    return { copy, told: page.locator('[data-problem="build"]') };
  }

  for (const [lock, command] of [
    ["package-lock.json", "npm install"],
    ["pnpm-lock.yaml", "pnpm install"],
    ["yarn.lock", "yarn install"],
  ]) {
    test(`packages that are not installed are not our business: ${command}`, async (t) => {
      const change = ({ folder }) => writeFile(join(folder, lock), "{}");
      const { copy, told } = await note(t, command.replace(" ", "-"), change, { installed: false });
      await told.getByText(`run \`${command}\` in ${copy.folder}`).waitFor();
      await told.getByText('Could not resolve "@stripe/ui-extension-sdk/ui"').waitFor();
      assert.ok(!existsSync(join(copy.folder, "node_modules")), "nothing was installed");
    });
  }

  for (const [what, line, remedy] of [
    ["a package that nobody has declared", 'import "left-pad";', "run `npm install left-pad`"],
    ["a part of Node.js", 'import "node:fs";', "“node:fs” is a part of Node.js"],
    ["a kind of file that is not bundled", 'import "./data.blob";', "end in .blob"],
  ]) {
    test(`${what} is named, and what to do`, async (t) => {
      const change = async ({ folder, edit }) => {
        await writeFile(join(folder, "src/views/data.blob"), "");
        await edit(VIEW, "import type", `${line}\nimport type`);
      };
      const { told } = await note(t, what.replaceAll(" ", "-"), change);
      await told.getByText(remedy).waitFor();
      await told.getByText("src/views/Gallery.tsx:3:8").waitFor();
    });
  }

  test("a view without a file is named", async (t) => {
    const { told } = await note(t, "no-file", ({ folder }) => rm(join(folder, "src/views/Raw.tsx")));
    await told.getByText("add src/views/Raw.tsx").waitFor();
  });

  test("a manifest that is not JSON is named", async (t) => {
    const { told } = await note(t, "no-json", ({ folder }) => writeFile(join(folder, MANIFEST), "{"));
    await told.getByText(MANIFEST).first().waitFor();
  });
});
