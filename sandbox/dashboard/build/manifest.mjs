// Reads a Stripe App's manifest: a local one may extend another.

import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/** The merged manifest, and the files it came from, the asked one first. */
export async function readManifest(app, name) {
  const file = resolve(app, name);
  const { extends: base, ...own } = JSON.parse(await readFile(file, "utf8"));
  if (!base) {
    return { manifest: own, files: [file] };
  }
  const below = await readManifest(dirname(file), base);
  return { manifest: merge(below.manifest, own), files: [file, ...below.files] };
}

/** Objects are merged, everything else is replaced: a local `connect-src` is the whole list. */
function merge(base, own) {
  if (!isObject(base) || !isObject(own)) {
    return own;
  }
  const merged = { ...base };
  for (const [key, value] of Object.entries(own)) {
    merged[key] = key in base ? merge(base[key], value) : value;
  }
  return merged;
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
