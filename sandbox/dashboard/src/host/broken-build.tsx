// What the bundler says of an app that it could not build.

import type { BuildError, Built } from "./builds";

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

/** As bundlers do: the place, what is wrong, and the line with a mark below. */
function told({ text, location }: BuildError): string {
  // The entry is made up: what is wrong with it is wrong with the manifest, and its lines mean nothing.
  if (!location || location.file.startsWith("stripe-app:")) {
    return text;
  }
  const { file, line, column, lineText } = location;
  return `${file}:${line}:${column + 1}\n${text}\n  ${lineText}\n  ${lineText.slice(0, column).replace(/[^\t]/g, " ")}^`;
}
