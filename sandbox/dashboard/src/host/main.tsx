// The sandbox Dashboard's page.

import "./host.css";

import { createRoot } from "react-dom/client";

import { type Built, followBuilds, lastBuild } from "./builds";
import { firstChoice, keep } from "./choice";
import { loadConfig } from "./config";
import { readReturn, returnMode } from "./oauth";
import { Page } from "./page";

/** Renders the page, and returns what renders it again beside the outcome of a later build. */
async function start(root: HTMLElement): Promise<(built: Built) => void> {
  const [config, opened] = await Promise.all([loadConfig(), lastBuild()]);
  const address = new URL(location.href);
  const mode = returnMode(address);
  const viewports = (config.manifest.ui_extension?.views ?? []).map(({ viewport }) => viewport);
  const choice = { ...firstChoice(address, viewports, config.app_id), ...(mode && { mode }) };
  const returned = readReturn(address, choice, config.app_id);
  // Takes the code out of the address: the app has it until the page is loaded again, as in the real Dashboard.
  keep(choice);
  const shown = createRoot(root);
  // Of an app that was broken when the page was opened there is nothing to show; later its last good build stays.
  const runs = opened.errors.length === 0;
  const show = (built: Built) =>
    shown.render(<Page config={config} first={choice} returned={returned} built={built} runs={runs} />);
  show(opened);
  return show;
}

const root = document.querySelector<HTMLElement>("#root");
if (root) {
  const started = start(root);
  started.catch((error: unknown) => {
    root.textContent = `The sandbox Dashboard did not start. ${String(error)}`;
  });
  // A build that went well is loaded anew, also into a page that did not start.
  void followBuilds((built) =>
    built.errors.length === 0
      ? location.reload()
      : void started.then(
          (show) => show(built),
          () => undefined,
        ),
  );
}
