// Where in the app's own sources something happened.

import { type SourceMapInput, TraceMap, originalPositionFor, sourceContentFor } from "@jridgewell/trace-mapping";

import { lastBuild } from "./builds";
import { get } from "./config";

/** A place in a source, as bundlers and people count: lines from 1, columns from 0. */
export interface Place {
  file: string;
  line: number;
  column: number;
  lineText: string;
}

/** One line of a stack: a function or component of the app, or a named one of a package. */
export interface Step {
  name: string;
  place?: Place | undefined;
}

/** The line itself, with a mark below. */
export function excerpt({ file, line, column, lineText }: Place): string {
  return `${file}:${line}:${column + 1}\n  ${lineText}\n  ${lineText.slice(0, column).replace(/[^\t]/g, " ")}^`;
}

/** Translates stacks of the built script, as browsers and React write them, to the app's sources. */
export async function translator(): Promise<(stack: string) => Step[]> {
  const [built, map] = await Promise.all([lastBuild(), get<SourceMapInput>("/bundle/extension.js.map")]);
  const trace = new TraceMap(map);

  function placeOf(line: number, column: number): Place | undefined {
    const at = originalPositionFor(trace, { line, column: column - 1 });
    if (at.source === null) {
      return undefined;
    }
    const path = decodeURIComponent(new URL(at.source, `file://${built.out}/`).pathname);
    if (!path.startsWith(`${built.app}/`) || path.includes("/node_modules/")) {
      return undefined;
    }
    const lineText = sourceContentFor(trace, at.source)?.split("\n")[at.line - 1] ?? "";
    return { file: path.slice(built.app.length + 1), line: at.line, column: at.column, lineText };
  }

  return (stack) =>
    stack.split("\n").flatMap((text): Step[] => {
      const [, chrome, firefox, line, column] = STEP.exec(text) ?? [];
      if (line !== undefined) {
        const place = placeOf(Number(line), Number(column));
        const name = chrome?.trim() || firefox?.trim() || "";
        return (name && name !== SDK_WRAPPER) || place ? [{ name, place }] : [];
      }
      // React's for a component without a place.
      const [, name] = /^\s*at ([\w$.]+)$/.exec(text) ?? [];
      return name && name !== SDK_WRAPPER ? [{ name }] : [];
    });
}

// The SDK has one around each of its components.
const SDK_WRAPPER = "WithSdkProps";

// `at name (address:1:2)`, `at address:1:2`, and Firefox's `name@address:1:2`.
const STEP = /^\s*(?:at (.*?)\s*\(?|(.*?)@)https?:\/\/[^\s()]+\/bundle\/extension\.js:(\d+):(\d+)\)?$/;
