#!/usr/bin/env node
// Builds what the sandbox Dashboard serves: the extension of a Stripe App, the frame it runs in, and the page.
//
//   node build.mjs --app ../../app --manifest stripe-app.dev.json [--out ../../target/dashboard] [--watch]

import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

import { context, stop } from "esbuild";

import { extensionBundle } from "./build/extension.mjs";
import { frameBundle, hostBundle } from "./build/pages.mjs";
import { publisher } from "./build/publish.mjs";

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
await mkdir(out, { recursive: true });

const bundles = [extensionBundle(app, values.manifest, out), frameBundle(out), hostBundle(out)];
const publishing = publisher({ app, manifest: values.manifest, out, watched: values.watch }, bundles.length);
const contexts = await Promise.all(
  bundles.map((options) =>
    context({ ...options, write: false, logLevel: "warning", plugins: [...(options.plugins ?? []), publishing()] }),
  ),
);

if (values.watch) {
  // Ends with whoever started it, however that ended. The bundler would wait for an answer if it was asking us.
  process.stdin.resume().on("end", () => stop().finally(() => process.exit()));
  await Promise.all(contexts.map((bundle) => bundle.watch()));
} else {
  // esbuild has printed what is wrong by the time it rejects. What is wrong with the extension, the page shows.
  const [, ...pages] = await Promise.allSettled(contexts.map((bundle) => bundle.rebuild()));
  process.exit(pages.every(({ status }) => status === "fulfilled") ? 0 : 1);
}
