// What to do about a build that has failed, where more can be said than the bundler says.

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { dirname, join } from "node:path";

/** Sentences for people, none of them twice. `views` is the folder of the app's views. */
export async function remedies(errors, app, views) {
  // The views' package, which has what they import.
  const folder = join(app, dirname(dirname(views)));
  const tools = { folder, views, install: installer(app), declared: await declaredPackages(folder) };
  return [...new Set(errors.map(({ text }) => remedy(text, tools)).filter(Boolean))];
}

function remedy(text, { folder, views, install, declared }) {
  const [, missing] = /^Could not resolve "([^"]+)"/.exec(text) ?? [];
  const [, extension] = /^No loader is configured for "([^"]+)" files/.exec(text) ?? [];
  if (missing?.startsWith("./src/views/")) {
    const view = missing.slice("./src/views/".length);
    return `The manifest names a view “${view}”: add ${views}/${view}.tsx, or take it out.`;
  }
  if (missing && isBuiltin(missing)) {
    return `“${missing}” is a part of Node.js, and extensions run in a browser: leave out the import.`;
  }
  if (missing && !/^[./]/.test(missing)) {
    const name = packageOf(missing);
    if (!existsSync(join(folder, "node_modules"))) {
      return `The app’s packages are not installed: run \`${install}\` in ${folder}.`;
    }
    return declared.has(name)
      ? `“${name}” is in package.json, but not installed: run \`${install}\` in ${folder}.`
      : `“${name}” is not in package.json: run \`${addTo(install)} ${name}\` in ${folder}.`;
  }
  if (extension) {
    return `Files that end in ${extension} cannot be bundled: import them as one of the kinds that Stripe’s tools know, say .svg, .png or .json.`;
  }
  return undefined;
}

function packageOf(path) {
  return path
    .split("/")
    .slice(0, path.startsWith("@") ? 2 : 1)
    .join("/");
}

/** By the lock file that the app has. */
function installer(app) {
  const has = (file) => existsSync(join(app, file));
  if (has("pnpm-lock.yaml") || has("pnpm-workspace.yaml")) {
    return "pnpm install";
  }
  return has("yarn.lock") ? "yarn install" : "npm install";
}

function addTo(install) {
  return install === "npm install" ? install : install.replace("install", "add");
}

async function declaredPackages(folder) {
  // One that cannot be read the bundler complains of.
  const { dependencies, devDependencies } = await readFile(join(folder, "package.json"), "utf8")
    .then(JSON.parse)
    .catch(() => ({}));
  return new Set([...Object.keys(dependencies ?? {}), ...Object.keys(devDependencies ?? {})]);
}
