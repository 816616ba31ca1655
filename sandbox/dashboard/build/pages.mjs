// Bundles the host page, and the runtime of the frame that an extension runs in.

import { join } from "node:path";

const source = join(import.meta.dirname, "../src");

const common = {
  bundle: true,
  jsx: "automatic",
  target: "es2022",
  minifySyntax: true,
  sourcemap: "linked",
  define: { "process.env.NODE_ENV": '"production"' },
  absWorkingDir: join(import.meta.dirname, ".."),
};

/** esbuild's options for the frame. A classic script: a frame of no origin may not load modules. */
export function frameBundle(out) {
  return {
    ...common,
    entryPoints: { frame: join(source, "frame/runtime.ts") },
    outdir: out,
    format: "iife",
  };
}

/** esbuild's options for the page, with its style sheet. */
export function hostBundle(out) {
  return {
    ...common,
    entryPoints: { host: join(source, "host/main.tsx") },
    outdir: out,
    format: "esm",
    loader: { ".html": "text" },
  };
}
