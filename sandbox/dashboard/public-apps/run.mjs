#!/usr/bin/env node
// Shows public Stripe Apps in the sandbox, and prints what came of each. Run by hand; nothing of theirs is kept here.
//
//   node public-apps/run.mjs stripe/stripe-apps=/path/to/clone [other/repository=/path …] [--only focus-view]
//
// The clones are yours to make; an app's packages come from npm. `apps.json` lists repositories, commits and folders,
// with the version of the SDK where the one that an app asks for cannot be installed: 8.10 and 8.11 depend on a package
// that Stripe has not published, and some others are not on npm any more. Pictures go to target/public-apps/pictures/.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { launch, requireBrowser } from "../e2e/support/browser.mjs";
import { startSandbox, workspace } from "../e2e/support/sandbox.mjs";
import { app as appOf, visitor } from "../e2e/support/user.mjs";

const { values, positionals } = parseArgs({
  options: { only: { type: "string", default: "" } },
  allowPositionals: true,
});
const clones = new Map(positionals.map((pair) => pair.split("=")));
const folder = join(workspace, "target/public-apps");
const list = JSON.parse(await readFile(join(import.meta.dirname, "apps.json"), "utf8"));
requireBrowser();
const browser = await launch();

console.log("| app | SDK | builds | views shown | notes |\n| --- | --- | --- | --- | --- |");
try {
  for (const { repository, commit, apps } of list) {
    for (const [path, sdk] of Object.entries(apps)) {
      const name = `${repository}@${commit.slice(0, 7)}:${path}`;
      if (name.includes(values.only)) {
        const columns = await tryOut({ repository, commit, path, sdk }).catch((error) => [
          "",
          "",
          "",
          firstLine(error),
        ]);
        console.log(`| ${[name, ...columns].join(" | ")} |`);
      }
    }
  }
} finally {
  await browser.close();
}

/** The columns behind an app's name. */
async function tryOut({ repository, commit, path, sdk }) {
  const clone = clones.get(repository);
  if (!clone) {
    return ["", "", "", `not tried: give ${repository}=/path/to/clone`];
  }
  const root = join(folder, repository.replace("/", "+"), commit.slice(0, 7));
  await takeOut(clone, commit, root);
  const app = join(root, path);
  // Version 2 of the manifest has the views in a package of their own.
  const uiPackage = existsSync(join(app, "stripe-app.yaml")) ? join(app, "ui") : app;
  const version = await install(uiPackage, sdk);

  const sandbox = await startSandbox({ bundle: "public-app", args: ["--app", app] });
  try {
    const error = /✘ \[ERROR\] (.*)/.exec(sandbox.said)?.[1];
    if (error) {
      return [version, "no", "", error];
    }
    const shown = await views(
      sandbox,
      join(folder, "pictures", `${repository}-${commit.slice(0, 7)}-${path}`.replaceAll("/", "-")),
    );
    const good = shown.filter(({ isShown }) => isShown).length;
    const notes = [...new Set(shown.flatMap(({ notes }) => notes))];
    return [version, "yes", `${good} of ${shown.length}`, notes.join("; ") || "none"];
  } finally {
    await sandbox.stop();
  }
}

/** The repository as it was at a commit, without its history. */
async function takeOut(clone, commit, root) {
  if (existsSync(root)) {
    return;
  }
  const archive = run("git", ["-C", clone, "archive", commit], { maxBuffer: 2 ** 30, encoding: "buffer" });
  await mkdir(root, { recursive: true });
  run("tar", ["x", "-C", root], { input: archive });
}

/** Installs what an app needs at run time, and tells the SDK's version. */
async function install(folder, sdk) {
  const manifest = join(folder, "package.json");
  const described = JSON.parse(await readFile(manifest, "utf8"));
  if (sdk) {
    described.dependencies["@stripe/ui-extension-sdk"] = sdk;
    await writeFile(manifest, JSON.stringify(described, null, 2));
  }
  const installed = join(folder, "node_modules/@stripe/ui-extension-sdk/package.json");
  if (!existsSync(installed)) {
    // Their lock files name versions that cannot be had. No script of theirs runs. What this package's own settings say
    // of peers, which `npm run` hands down, is not for them.
    const quietly = ["--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts"];
    const leniently = ["--omit=dev", "--no-package-lock", "--force", "--workspaces=false", "--legacy-peer-deps=false"];
    run("npm", ["install", ...quietly, ...leniently], { cwd: folder, timeout: 300_000 });
  }
  return JSON.parse(await readFile(installed, "utf8")).version;
}

/** What each view of the app comes to. */
async function views(sandbox, pictures) {
  await rm(pictures, { recursive: true, force: true });
  const { manifest } = await (await fetch(`${sandbox.dashboard}/manifest.json`)).json();
  const user = await visitor(browser, sandbox);
  const shown = [];
  for (const { viewport } of manifest.ui_extension.views) {
    const page = await user.open({ viewport });
    // Long enough for what an app fetches, here or in vain.
    await page.waitForTimeout(4000);
    const notes = await page
      .locator("[data-problem]")
      .evaluateAll((all) => all.map((note) => note.querySelector("p")?.textContent ?? note.textContent));
    const placeholders = await appOf(page)
      .locator("[data-placeholder]")
      .evaluateAll((all) => all.map((one) => `no <${one.dataset.placeholder}>`));
    const content = await appOf(page).locator("[data-view], .x-box, [class^=x-]").count();
    const crashed = await page.locator('[data-problem="crash"], [data-problem="missing_view"]').count();
    shown.push({ isShown: content > 0 && crashed === 0, notes: [...notes.map(oneLine), ...placeholders] });
    await page.screenshot({ path: join(pictures, `${viewport}.png`) });
    await page.close();
  }
  await user.close();
  return shown;
}

function run(command, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8", ...options });
  if (status !== 0) {
    throw error ?? new Error(`${command} ${args[0]}: ${stderr}`);
  }
  return stdout;
}

function oneLine(text) {
  return text.replace(/\s+/g, " ").trim().slice(0, 160);
}

function firstLine(error) {
  return oneLine(String(error.message).replaceAll("\n", " "));
}
