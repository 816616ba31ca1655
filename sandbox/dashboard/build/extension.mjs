// Bundles the extension as Stripe's CLI does: one global, the views by name, React and the renderer from outside.

import { join } from "node:path";

import { readManifest } from "./manifest.mjs";

/** What the Dashboard's frame supplies through a global `require`. */
const SUPPLIED = ["react", "react/jsx-runtime", "@remote-ui/react"];

/** esbuild's options for the extension that a manifest describes. */
export function extensionBundle(app, manifestName, out) {
  return {
    entryPoints: { extension: "stripe-app:entry" },
    outdir: out,
    bundle: true,
    format: "iife",
    globalName: "__StripeExtExports",
    external: SUPPLIED,
    jsx: "automatic",
    target: "es2022",
    sourcemap: "linked",
    absWorkingDir: app,
    loader: { ".svg": "dataurl", ".png": "dataurl" },
    plugins: [entry(app, manifestName)],
  };
}

/** The entry exists only here: it exports every view under its component's name. */
function entry(app, manifestName) {
  return {
    name: "stripe-app-entry",
    setup(build) {
      build.onResolve({ filter: /^stripe-app:entry$/ }, ({ path }) => ({ path, namespace: "stripe-app" }));
      build.onLoad({ filter: /.*/, namespace: "stripe-app" }, async () => {
        const { manifest, files } = await readManifest(app, manifestName);
        return { contents: entrySource(manifest), loader: "js", resolveDir: app, watchFiles: files };
      });
    },
  };
}

function entrySource(manifest) {
  const views = manifest.ui_extension?.views ?? [];
  const names = [...new Set(views.map(({ component }) => component))];
  return [
    ...names.map((name) => `export { default as ${name} } from ${JSON.stringify(`./${join("src/views", name)}`)};`),
    `export { SDK_VERSION } from "@stripe/ui-extension-sdk/version";`,
    `export const BUILD_TIME = ${JSON.stringify(new Date().toISOString())};`,
    `export default ${JSON.stringify(manifest)};`,
  ].join("\n");
}
