// Chromium, driven without a window, with a profile that is new each time.

import { existsSync } from "node:fs";

import { chromium } from "playwright-core";

export const executable = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Says what to do when there is no browser, and ends the process. */
export function requireBrowser() {
  if (!existsSync(executable)) {
    console.error(
      `There is no Chromium at ${executable}, so the browser tests cannot run.\n` +
        "Install it (Debian: apt-get install chromium), or set CHROMIUM to where yours is.",
    );
    process.exit(1);
  }
}

export function launch() {
  return chromium.launch({
    executablePath: executable,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
