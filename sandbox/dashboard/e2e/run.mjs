// `npm run e2e`: builds the sandbox, unless BINARIES names the folder it is in, then drives a browser against it.

import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

import { requireBrowser } from "./support/browser.mjs";
import { workspace } from "./support/sandbox.mjs";

requireBrowser();
if (!process.env.BINARIES) {
  run("cargo", ["build", "--quiet", "--bin", "sandbox"]);
}
const tests = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".test.mjs"));
run(process.execPath, ["--test", "--test-concurrency=1", ...tests.map((name) => join(import.meta.dirname, name))]);

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: workspace, stdio: "inherit" });
  if (status !== 0) {
    console.error(`${command} ${error ? `did not start: ${error.message}` : "failed"}`);
    process.exit(status ?? 1);
  }
}
