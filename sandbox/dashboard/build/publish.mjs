// Puts what was built where the server reads it. Pages load at any moment, also in the middle of a build.

import { randomUUID } from "node:crypto";
import { rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

import { readManifest } from "./manifest.mjs";
import { remedies } from "./remedies.mjs";

/**
 * Makes an esbuild plugin for each of `count` bundles. Once all of them have ended, and whenever one ends anew,
 * `built.json` says what is there. It is written last, with an `id` by which a page tells whether it shows that.
 */
export function publisher({ app, manifest: name, out, watched }, count) {
  /** The last build of each bundle: when it began, and what is wrong with it. */
  const builds = new Map();
  // One at a time, so that what `built.json` says is there is there.
  let last = Promise.resolve();

  async function publish(bundle, { errors, outputFiles }, began) {
    // Of a broken bundle the one before stays.
    for (const { path, contents } of errors.length === 0 ? outputFiles : []) {
      await put(path, contents);
    }
    builds.set(bundle, { began, errors });
    if (builds.size === count) {
      const served = await servedManifest(app, name);
      await putJson("manifest.json", { ...served, file: basename(name) });
      await putJson("built.json", await built(served.views));
    }
  }

  async function built(views) {
    const errors = [...builds.values()].flatMap((build) => build.errors);
    return {
      id: randomUUID(),
      app,
      out,
      manifest: name,
      watched,
      // What was edited after its build had begun may not be in it.
      began_ms: Math.min(...[...builds.values()].map(({ began }) => began)),
      errors: errors.map(({ text, location }) => ({ text, location })),
      remedies: await remedies(errors, app, views),
    };
  }

  const putJson = (file, value) => put(join(out, file), JSON.stringify(value));

  return () => ({
    name: "publish",
    setup(build) {
      const [bundle] = Object.keys(build.initialOptions.entryPoints);
      let began;
      build.onStart(() => {
        began = Date.now();
      });
      build.onEnd((result) => {
        const publishing = last.then(() => publish(bundle, result, began));
        last = publishing.catch(() => undefined);
        return publishing;
      });
    },
  });
}

/** What cannot be read, as the build has said, has no views. */
async function servedManifest(app, name) {
  const { manifest, views } = await readManifest(app, name).catch(() => ({ manifest: {}, views: "" }));
  return { manifest: { name: basename(app), ...manifest }, views };
}

/** Replaces a file whole: whoever reads it meanwhile has the old one. */
async function put(file, contents) {
  const part = `${file}.part`;
  await writeFile(part, contents);
  await rename(part, file);
}
