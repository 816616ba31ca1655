// What `build.mjs` says of its last build, in `built.json`.

import { get } from "./config";
import type { Place } from "./places";

export interface Built {
  id: string;
  /** The app's folder, and the one that it was built into. */
  app: string;
  out: string;
  /** Whether somebody builds on when a source changes. */
  watched: boolean;
  /** What is wrong with the app, by esbuild. */
  errors: BuildError[];
  /** What to do about them. */
  remedies: string[];
}

export interface BuildError {
  text: string;
  location: Place | null;
}

export function lastBuild(): Promise<Built> {
  return get<Built>("/bundle/built.json");
}

/** Tells of each build later than the one that this page was opened with, as long as somebody builds on. */
export async function followBuilds(heard: (built: Built) => void): Promise<void> {
  let known = document.querySelector<HTMLMetaElement>('meta[name="build"]')?.content;
  for (;;) {
    // While the sandbox is away there is nothing new.
    const built = await lastBuild().catch(() => undefined);
    if (built && !built.watched) {
      return;
    }
    if (built && built.id !== known) {
      known = built.id;
      heard(built);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
