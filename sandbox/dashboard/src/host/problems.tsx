// What an author has to know at once: red, in words, with the remedy.

import type { Problem } from "../protocol";
import type { Config } from "./config";
import { Crash } from "./crash";

interface Props {
  problems: Problem[];
  config: Config;
  dismiss(problem: Problem): void;
}

export function Problems({ problems, config, dismiss }: Props) {
  return (
    <>
      {problems.map((problem) => (
        <div key={JSON.stringify(problem)} className="refusal" role="alert" data-problem={problem.kind}>
          <button type="button" aria-label="Dismiss" onClick={() => dismiss(problem)}>
            ×
          </button>
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
          <code>
            {config.views}/{problem.view}.tsx
          </code>{" "}
          must export it as its default.
        </p>
      );
    case "css":
      return (
        <p>
          <strong>Stripe does not take this style:</strong>{" "}
          <code>{`<${problem.component} css={{ ${problem.property}: ${problem.value} }}>`}</code>.{" "}
          <code>{problem.property}</code> takes {problem.takes}. It has no effect here.
        </p>
      );
    case "element":
      return (
        <p>
          <strong>No element can stand here:</strong> <code>{`<${problem.component} ${problem.prop}={<…>}>`}</code>. The
          app’s SDK has no element in <code>{problem.prop}</code>, so it is left out.
        </p>
      );
    case "props":
      return (
        <p>
          <strong>{`<${problem.component}>`} cannot be shown with the props it got:</strong>{" "}
          <code>{problem.message}</code>
        </p>
      );
    case "stand_in":
      return (
        <p>
          <strong>{problem.what} is a stand-in:</strong> {problem.does}.
        </p>
      );
    case "stripe_api":
      return <StripeApi {...problem} file={config.file} />;
    case "crash":
      return <Crash {...problem} />;
  }
}

/** Version 2 of the manifest is YAML, and has permissions elsewhere. */
const isYaml = (file: string) => !file.endsWith(".json");

function Blocked({ url, directive, config }: { url: string; directive: string; config: Config }) {
  const { file, moved, hosts, offline } = config;
  const { origin, pathname, hostname } = new URL(url, location.href);
  if (offline && hosts.includes(hostname)) {
    return (
      <p>
        <strong>The sandbox runs with --offline</strong> and has kept the app from <code>{url}</code>. The manifest
        names this host.
      </p>
    );
  }
  // People change the manifest, so it is told in the manifest's addresses.
  const declared = moved.find(({ to }) => to === origin)?.from ?? origin;
  const allowed = declared + pathname.slice(0, pathname.lastIndexOf("/") + 1);
  return (
    <>
      <p>
        <strong>The manifest does not allow the app to {directive === "image-src" ? "show" : "reach"}</strong>{" "}
        <code>{url}</code>. The browser has stopped the request, as it would in Stripe’s Dashboard.
      </p>
      <p>
        Add this line to <code>ui_extension.content_security_policy.{directive}</code> in <code>{file}</code>:
      </p>
      <pre>{isYaml(file) ? `- ${allowed}` : JSON.stringify(allowed)}</pre>
    </>
  );
}

type StripeApiProps = Omit<Extract<Problem, { kind: "stripe_api" }>, "kind"> & { file: string };

function StripeApi({ method, path, permission, file }: StripeApiProps) {
  const call = (
    <code>
      {method} {path}
    </code>
  );
  if (permission === undefined) {
    return (
      <p>
        <strong>The sandbox has no answer to</strong> {call}. The app has got an error of Stripe’s shape.
      </p>
    );
  }
  return (
    <>
      <p>
        <strong>The manifest does not allow</strong> {call}. The app has got Stripe’s error 403. (Stripe’s own preview
        of an app in development does not check this; an installed app gets this error.)
      </p>
      <p>
        Add this to <code>{isYaml(file) ? "declarations.stripe_api_access.permissions" : "permissions"}</code> in{" "}
        <code>{file}</code>:
      </p>
      <pre>
        {isYaml(file) ? `- permission: ${permission}\n  purpose: …` : JSON.stringify({ permission, purpose: "…" })}
      </pre>
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
