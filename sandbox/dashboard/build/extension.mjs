// Bundles the extension as Stripe's CLI does: one global, the views by name, React and the renderer from outside.

import { isBuiltin } from "node:module";
import { dirname, join } from "node:path";

import { nodeModulesPolyfillPlugin } from "esbuild-plugins-node-modules-polyfill";

import { readManifest } from "./manifest.mjs";

/** What the Dashboard's frame supplies through a global `require`. */
const SUPPLIED = ["react", "react/jsx-runtime", "@remote-ui/react"];

/** What `@stripe/ui-extension-tools` lets extensions import. */
const IMAGES = [".gif", ".jfif", ".jpeg", ".jpg", ".pjp", ".pjpeg", ".png", ".svg", ".webp"];

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
    loader: Object.fromEntries(IMAGES.map((extension) => [extension, "dataurl"])),
    plugins: [entry(app, manifestName), ownCodeWithoutNode(), nodeBuiltIns()],
  };
}

/** The entry exists only here: it exports every view under its component's name. */
function entry(app, manifestName) {
  return {
    name: "stripe-app-entry",
    setup(build) {
      build.onResolve({ filter: /^stripe-app:entry$/ }, ({ path }) => ({ path, namespace: "stripe-app" }));
      build.onLoad({ filter: /.*/, namespace: "stripe-app" }, async () => {
        try {
          const { manifest, files, views } = await readManifest(app, manifestName);
          // The views' package, which has the SDK.
          const resolveDir = join(app, dirname(dirname(views)));
          return { contents: entrySource(manifest), loader: "js", resolveDir, watchFiles: files };
        } catch ({ message, files }) {
          return { errors: [{ text: message }], watchFiles: files };
        }
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

/**
 * Old versions of the `stripe` package import Node's modules, and need little of them: events, addresses, and that
 * there is an HTTP agent to make. Those are here; the others are there and empty.
 */
function nodeBuiltIns() {
  const here = ["buffer", "events", "http", "https", "path", "querystring", "string_decoder", "url", "util"];
  return nodeModulesPolyfillPlugin({ modules: here, fallback: "empty", globals: { process: true, Buffer: true } });
}

/** Packages may import what they hardly use. An app's own code that does is mistaken about where it runs. */
function ownCodeWithoutNode() {
  return {
    name: "own-code-without-node",
    setup(build) {
      build.onResolve({ filter: /^(node:)?[a-z_]+(\/[a-z]+)?$/ }, ({ path, importer, namespace }) => {
        const isOwn = namespace === "file" && !importer.includes("/node_modules/");
        return isOwn && isBuiltin(path) ? { errors: [{ text: `Could not resolve "${path}"` }] } : undefined;
      });
    },
  };
}
