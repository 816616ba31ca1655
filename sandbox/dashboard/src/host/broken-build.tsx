// What the bundler says of an app that it could not build.

import type { BuildError, Built } from "./builds";
import { excerpt } from "./places";

export function BrokenBuild({ errors, remedies, watched }: Built) {
  return (
    <div className="refusal" role="alert" data-problem="build">
      <p>
        <strong>The app could not be built.</strong>{" "}
        {watched ? "When it can be again, it is shown by itself." : "Start the sandbox again once it can be."}
      </p>
      {remedies.length > 0 && (
        <ul>
          {remedies.map((remedy) => (
            <li key={remedy}>{remedy}</li>
          ))}
        </ul>
      )}
      <pre>{errors.map(told).join("\n\n")}</pre>
    </div>
  );
}

function told({ text, location }: BuildError): string {
  // The entry is made up: what is wrong with it is wrong with the manifest, and its lines mean nothing.
  return location && !location.file.startsWith("stripe-app:") ? `${text}\n${excerpt(location)}` : text;
}
