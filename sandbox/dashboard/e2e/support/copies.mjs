// Copies of the apps beside the tests, to edit and to break.

import { strict as assert } from "node:assert";
import { cp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { startSandbox, workspace } from "./sandbox.mjs";

const e2e = join(import.meta.dirname, "..");

/** An app beside the tests in a folder of its own. Its `bundle` is a place that nothing was built into yet. */
export async function copyOfApp(name, { of = "fixture", installed = true } = {}) {
  const folder = join(workspace, "target/e2e/apps", name);
  const bundle = join("bundles", name);
  for (const old of [folder, join(workspace, "target/e2e", bundle)]) {
    await rm(old, { recursive: true, force: true });
  }
  await cp(join(e2e, of), folder, { recursive: true });
  const install = () => symlink(join(e2e, "../node_modules"), join(folder, "node_modules"));
  if (installed) {
    await install();
  }
  return {
    folder,
    bundle,
    install,
    async edit(file, from, to) {
      const text = await readFile(join(folder, file), "utf8");
      assert.ok(text.includes(from));
      await writeFile(join(folder, file), text.replace(from, to));
    },
    start: (...more) => startSandbox({ bundle, args: ["--app", folder, "--manifest", "stripe-app.json", ...more] }),
  };
}
