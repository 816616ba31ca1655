// What an author has to know at once: red, in words, with the remedy.

import type { Problem } from "../protocol";
import type { Config } from "./config";

export function Problems({ problems, config }: { problems: Problem[]; config: Config }) {
  return (
    <>
      {problems.map((problem) => (
        <div key={JSON.stringify(problem)} className="refusal" role="alert" data-problem={problem.kind}>
          {explain(problem, config)}
        </div>
      ))}
    </>
  );
}

function explain(problem: Problem, config: Config) {
  switch (problem.kind) {
    case "blocked":
      return <Blocked {...problem} config={config} />;
    case "missing_view":
      return (
        <p>
          <strong>The extension has no view “{problem.view}”.</strong> The manifest names it;{" "}
          <code>src/views/{problem.view}.tsx</code> must export it as its default.
        </p>
      );
    case "crash":
      return (
        <p>
          <strong>The extension has failed:</strong> <code>{problem.message}</code>
        </p>
      );
  }
}

function Blocked({ url, directive, config: { file, moved } }: { url: string; directive: string; config: Config }) {
  const { origin, pathname } = new URL(url, location.href);
  // People change the manifest, so it is told in the manifest's addresses.
  const declared = origin === moved.to ? moved.from : origin;
  const line = `"${declared}${pathname.slice(0, pathname.lastIndexOf("/") + 1)}"`;
  return (
    <>
      <p>
        <strong>The manifest does not allow the app to reach</strong> <code>{url}</code>. The browser has stopped the
        request, as it would in Stripe’s Dashboard.
      </p>
      <p>
        Add this line to <code>ui_extension.content_security_policy.{directive}</code> in <code>{file}</code>:
      </p>
      <pre>{line}</pre>
    </>
  );
}

/** The return from a provider that is not handed on. */
export function Refusal({ reason }: { reason: string }) {
  return (
    <div className="refusal" role="alert" data-problem="return">
      <p>
        <strong>The Dashboard has refused this return.</strong> {reason} The app is told nothing of it.
      </p>
    </div>
  );
}
