// Reads a Stripe App's manifest, of either version: `stripe-app.json`, where a local one may extend another, or
// `stripe-app.yaml`, as `stripe generate app` makes it.

import { readFile } from "node:fs/promises";
import { dirname, extname, resolve } from "node:path";

import { parse } from "yaml";

/**
 * The merged manifest in the words of version 1, the folder of its views, and the files it came from, the asked one
 * first. An error has them too, as its `files`.
 */
export async function readManifest(app, name) {
  const files = [];
  try {
    const manifest = await read(resolve(app, name), files);
    const isSecond = extname(name) !== ".json";
    return {
      manifest: isSecond ? inWordsOfFirst(manifest) : manifest,
      files,
      views: isSecond ? "ui/src/views" : "src/views",
    };
  } catch (error) {
    throw Object.assign(new Error(`${files.at(-1)}: ${error.message}`), { files });
  }
}

async function read(file, files) {
  files.push(file);
  const text = await readFile(file, "utf8");
  const { extends: base, ...own } = extname(file) === ".json" ? JSON.parse(text) : parse(text);
  return base ? merge(await read(resolve(dirname(file), base), files), own) : own;
}

/** Version 2 has what an app declares about itself in one place, and permissions by the API they are for. */
function inWordsOfFirst({ declarations = {}, ...manifest }) {
  const { stripe_api_access: access, ...declared } = declarations;
  return { permissions: access?.permissions ?? [], ...declared, ...manifest };
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
