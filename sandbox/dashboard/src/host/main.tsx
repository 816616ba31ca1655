// The sandbox Dashboard's page.

import "./host.css";

import { createRoot } from "react-dom/client";

import { firstChoice, keep } from "./choice";
import { loadConfig, reloadWhenRebuilt } from "./config";
import { readReturn, returnMode } from "./oauth";
import { Page } from "./page";

async function start(root: HTMLElement): Promise<void> {
  const config = await loadConfig();
  const address = new URL(location.href);
  const mode = returnMode(address);
  const choice = { ...firstChoice(address), ...(mode && { mode }) };
  const returned = readReturn(address, choice, config.app_id);
  // Takes the code out of the address: the app has it until the page is loaded again, as in the real Dashboard.
  keep(choice);
  createRoot(root).render(<Page config={config} first={choice} returned={returned} />);
  await reloadWhenRebuilt();
}

const root = document.querySelector<HTMLElement>("#root");
if (root) {
  start(root).catch((error: unknown) => {
    root.textContent = `The sandbox Dashboard did not start. ${String(error)}`;
  });
}
