#!/usr/bin/env node
// Builds what the sandbox Dashboard serves: the extension of a Stripe App, the frame it runs in, and the page.
//
//   node build.mjs --app ../../app --manifest stripe-app.dev.json [--out ../../target/dashboard] [--watch]

import { mkdir, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";

import { build, context } from "esbuild";

import { extensionBundle } from "./build/extension.mjs";
import { readManifest } from "./build/manifest.mjs";
import { frameBundle, hostBundle } from "./build/pages.mjs";

const here = import.meta.dirname;
const { values } = parseArgs({
  options: {
    app: { type: "string", default: join(here, "../../app") },
    manifest: { type: "string", default: "stripe-app.dev.json" },
    out: { type: "string", default: join(here, "../../target/dashboard") },
    watch: { type: "boolean", default: false },
  },
});
const app = resolve(values.app);
const out = resolve(values.out);

/** Written last. The server compares it with what it was asked for; a page that watches reloads when it changes. */
async function stamp() {
  const { manifest, views } = await readManifest(app, values.manifest);
  await writeFile(join(out, "manifest.json"), JSON.stringify({ manifest, file: basename(values.manifest), views }));
  const built = { app, manifest: values.manifest, watched: values.watch, at: Date.now() };
  await writeFile(join(out, "built.json"), JSON.stringify(built));
}

const bundles = [extensionBundle(app, values.manifest, out), frameBundle(out), hostBundle(out)];
await mkdir(out, { recursive: true });

if (values.watch) {
  await watch();
} else {
  // esbuild has printed what is wrong by the time it rejects.
  await Promise.all(bundles.map((options) => build({ ...options, logLevel: "warning" }))).then(stamp, fail);
}

function fail(error) {
  if (!error.errors) {
    console.error(error);
  }
  process.exit(1);
}

async function watch() {
  // Ends with whoever started it, however that ended.
  process.stdin.resume().on("end", () => process.exit());
  const broken = new Set();
  const restamp = (name) => ({
    name: "restamp",
    setup: (build) =>
      build.onEnd(async ({ errors }) => {
        errors.length > 0 ? broken.add(name) : broken.delete(name);
        if (broken.size === 0) {
          await stamp();
          console.log(`dashboard: ${name} rebuilt`);
        }
      }),
  });
  for (const options of bundles) {
    const [name] = Object.keys(options.entryPoints);
    const plugins = [...(options.plugins ?? []), restamp(name)];
    const watched = await context({ ...options, plugins, logLevel: "warning" });
    await watched.watch();
  }
}
