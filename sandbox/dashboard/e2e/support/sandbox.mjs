// A running sandbox: the binary that `cargo run` starts, or the one in BINARIES, at ports nobody else has.

import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join, resolve } from "node:path";

export const workspace = join(import.meta.dirname, "../../../..");
export const binary = resolve(workspace, process.env.BINARIES ?? "target/debug", "sandbox");
const bundles = join(workspace, "target/e2e");

/** Starts a sandbox with further arguments; `bundle` names the folder that it builds into. */
export async function startSandbox({ bundle = "app", args = [] } = {}) {
  const child = spawn(binary, ["--port", "0", "--bundle", join(bundles, bundle), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = await bannerOf(child);
  const address = (name) => new RegExp(`^\\s*${name}\\s+(http://localhost:\\d+)`, "m").exec(said)[1];
  const dashboard = address("Open");

  return {
    dashboard,
    gateway: address("gateway"),
    stripe: address("Stripe"),
    provider: address("provider"),
    said,

    /** Makes the next calls of a route fail. */
    async fault(party, path, { fault = { reply: { status: 503 } }, times = 50 } = {}) {
      const response = await fetch(`${dashboard}/faults`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ party, path, fault, times }),
      });
      if (!response.ok) {
        throw new Error(await response.text());
      }
    },

    forgetFaults: () => fetch(`${dashboard}/faults`, { method: "DELETE" }),

    /** Everything that has crossed the parties so far. */
    async exchanges() {
      // The stream never ends. A request of our own, which is told after all that have been answered, ends it.
      const mark = MARK + randomUUID();
      await fetch(address("provider") + mark);
      return exchangesUpTo(mark, dashboard);
    },

    /** What the last build says of itself. */
    built: async () => (await fetch(`${dashboard}/bundle/built.json`)).json(),

    /** Ends it, and whatever it has started. */
    stop() {
      // The streams are closed when the last of them has let go.
      const ended = new Promise((resolve) => child.once("close", resolve));
      child.kill("SIGINT");
      return ended;
    },
  };
}

function bannerOf(child) {
  return new Promise((resolve, reject) => {
    let said = "";
    const listen = (bytes) => {
      said += bytes;
      if (said.includes("Ctrl-C ends it.")) {
        resolve(said);
      }
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.once("error", reject);
    child.once("exit", () => reject(new Error(`The sandbox did not start:\n${said}`)));
  });
}

const MARK = "/mark/";

async function exchangesUpTo(mark, dashboard) {
  const response = await fetch(`${dashboard}/traffic`);
  const told = [];
  let text = "";
  // Leaving the loop closes the connection.
  for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (text + part).split("\n");
    text = lines.pop();
    for (const line of lines.filter((line) => line.startsWith("data: "))) {
      const exchange = JSON.parse(line.slice("data: ".length));
      if (exchange.path === mark) {
        return told.filter(({ path }) => !path.startsWith(MARK));
      }
      told.push(exchange);
    }
  }
  throw new Error(`The stream has ended:\n${told.map(({ path }) => path).join("\n")}`);
}
