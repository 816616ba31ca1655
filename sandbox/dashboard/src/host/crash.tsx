// What a view has thrown, and where.

import { useEffect, useState } from "react";

import type { Thrown } from "../protocol";
import { type Step, excerpt, translator } from "./places";

interface Places {
  at: Step[];
  inside: Step[];
}

export function Crash({ view, message, stack = "", componentStack = "" }: Thrown & { view?: string | undefined }) {
  const [{ at, inside }, setPlaces] = useState<Places>({ at: [], inside: [] });
  useEffect(() => {
    // Without a map the message has to do.
    translator().then(
      (steps) => setPlaces({ at: steps(stack).filter(({ place }) => place), inside: steps(componentStack) }),
      () => undefined,
    );
  }, [stack, componentStack]);

  const [first, ...callers] = at;
  return (
    <>
      <p>
        <strong>{view ? `The view “${view}” has failed:` : "The extension has failed:"}</strong> <code>{message}</code>
      </p>
      {first?.place && <pre>{[excerpt(first.place), ...callers.map(told)].join("\n")}</pre>}
      {inside.length > 0 && (
        <>
          <p>In these components, the innermost first:</p>
          <pre>{inside.map(told).join("\n")}</pre>
        </>
      )}
    </>
  );
}

function told({ name, place }: Step): string {
  const where = place && `${place.file}:${place.line}:${place.column + 1}`;
  return where && name ? `${name} (${where})` : (where ?? name);
}
