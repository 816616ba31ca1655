// The page: who looks, at what, the app beside it, and what happens behind.

import type { ExtensionContextValue } from "@stripe/ui-extension-sdk/context";
import { useCallback, useEffect, useMemo, useState } from "react";

import { HostContext } from "../components/host-context";
import { type Problem, type Route, thrown } from "../protocol";
import { BrokenBuild } from "./broken-build";
import type { Built } from "./builds";
import { ACCOUNTS, type Choice, DRAWER, isSandbox, keep, memberOf, settled, withChosen } from "./choice";
import type { Config } from "./config";
import { Extension } from "./extension";
import { hostMethods } from "./methods";
import { Navigation } from "./navigation";
import type { OAuthContext, Return } from "./oauth";
import { Panels } from "./panels";
import { showPlace } from "./place";
import { Problems, Refusal } from "./problems";
import { destinationOf } from "./routes";
import { Surroundings } from "./surroundings";
import { Toasts, useToasts } from "./toasts";
import { TopBar } from "./top-bar";
import { objectOf, roomOf, viewportName } from "./viewports";

interface Props {
  config: Config;
  first: Choice;
  returned: Return;
  /** The last build, and whether there is a good one that runs. */
  built: Built;
  runs: boolean;
}

export function Page({ config, first, returned, built, runs }: Props) {
  const [choice, setChoice] = useState(first);
  const [problems, setProblems] = useState<Problem[]>([]);
  const { toasts, showToast } = useToasts();
  const views = config.manifest.ui_extension?.views ?? [];
  const viewAt = (wanted: string) => views.find(({ viewport }) => viewport === wanted)?.component;

  const change = (part: Partial<Choice>) => {
    const next = settled({ ...choice, ...part });
    keep(next);
    setProblems((known) => known.filter((problem) => !endsWith(problem, choice, next, viewAt(next.viewport))));
    setChoice(next);
  };
  // Handlers run in the frame when something is pressed here, and what they throw comes back to whoever pressed.
  useEffect(() => {
    const threw = ({ reason }: PromiseRejectionEvent) => report({ kind: "crash", view, ...thrown(reason) });
    addEventListener("unhandledrejection", threw);
    return () => removeEventListener("unhandledrejection", threw);
  });
  const report = useCallback(
    (problem: Problem) =>
      setProblems((known) =>
        known.some((one) => JSON.stringify(one) === JSON.stringify(problem)) ? known : [...known, problem],
      ),
    [],
  );
  // Images are loaded by this page, as far as the manifest's policy goes.
  useEffect(() => {
    const blocked = ({ effectiveDirective, blockedURI }: SecurityPolicyViolationEvent) => {
      if (effectiveDirective === "img-src") {
        report({ kind: "blocked", directive: "image-src", url: blockedURI });
      }
    };
    addEventListener("securitypolicyviolation", blocked);
    return () => removeEventListener("securitypolicyviolation", blocked);
  }, [report]);
  const openRoute = useCallback(
    (route: Route) => {
      const destination = destinationOf(route);
      if (
        !destination ||
        !config.manifest.ui_extension?.views?.some(({ viewport }) => viewport === destination.viewport)
      ) {
        showToast(`Dashboard route ${typeof route === "string" ? route : route.name}`.slice(0, 30));
        return;
      }
      change({ viewport: destination.viewport, queryParams: destination.queryParams });
      if (destination.place !== undefined) {
        showPlace(destination.place);
      }
    },
    [choice, config, showToast],
  );
  const methods = useMemo(
    () => hostMethods({ choice, config, showToast, openRoute, report }),
    [choice, config, showToast, openRoute, report],
  );
  const host = useMemo(() => ({ appName: config.manifest.name, openRoute, report }), [config, openRoute, report]);

  const view = viewAt(choice.viewport);
  const signsIn = usesBackEnd(config);
  const failed = problems.some((one) => one.kind === "crash" && one.view === view && one.componentStack);
  // Only the default drawer hears of a return, and only whoever came back.
  const heard = returned.kind === "accepted" && choice.viewport === DRAWER && sameUser(choice, first);
  const context = extensionContext(config, choice, heard ? returned.oauthContext : undefined);

  return (
    <>
      <TopBar config={config} choice={choice} change={change} />
      <div className="notices">
        {returned.kind === "refused" && <Refusal reason={returned.reason} />}
        {built.errors.length > 0 && <BrokenBuild {...built} />}
        <Problems
          problems={problems}
          config={config}
          dismiss={(problem) => setProblems((known) => known.filter((one) => one !== problem))}
        />
      </div>
      <div className="columns" data-room={roomOf(choice.viewport)}>
        <Navigation
          views={views}
          current={choice.viewport}
          open={(viewport) => change({ viewport, queryParams: {} })}
        />
        <main>
          <Surroundings {...choice} signsIn={signsIn} linkScope={config.link_scope} />
          {signsIn ? (
            <Panels config={config} />
          ) : (
            <details>
              <summary>The sandbox’s own back end, which this app does not use</summary>
              <Panels config={config} />
            </details>
          )}
        </main>
        <aside className="app" aria-label={config.manifest.name}>
          <header className="app-bar">
            <strong>{config.manifest.name}</strong>
            <span title={choice.viewport}>{viewportName(choice.viewport)}</span>
          </header>
          <HostContext.Provider value={host}>
            {failed && <p className="hint pad">The view has failed. What it has thrown is told above.</p>}
            {!runs ? (
              <p className="hint pad">There is no view to show: the app could not be built.</p>
            ) : view ? (
              <Extension
                key={[choice.user, choice.account, choice.mode].join()}
                view={view}
                context={context}
                methods={methods}
                report={report}
              />
            ) : (
              <p className="hint pad">The manifest declares no views.</p>
            )}
          </HostContext.Provider>
        </aside>
      </div>
      <Toasts toasts={toasts} />
    </>
  );
}

/** Whether the app's manifest names a back end of this repository. */
function usesBackEnd({ moved }: Config): boolean {
  return moved.length > 0;
}

/** Whether a note is over when somebody looks at something else: the view is rendered anew, or the code loaded anew. */
function endsWith(problem: Problem, before: Choice, after: Choice, view: string | undefined): boolean {
  // What the manifest does not allow, it does not allow anywhere.
  if (problem.kind === "blocked" || problem.kind === "stripe_api") {
    return false;
  }
  // A component's note is the shown view's.
  const isOver = "view" in problem ? problem.view === view : before.viewport !== after.viewport;
  return isOver || !sameUser(before, after);
}

function sameUser(one: Choice, other: Choice): boolean {
  return one.user === other.user && one.account === other.account && one.mode === other.mode;
}

function extensionContext({ manifest, members }: Config, choice: Choice, oauthContext?: OAuthContext): ExtensionContextValue {
  const policy = manifest.ui_extension?.content_security_policy;
  const member = memberOf(members, choice.user);
  return {
    userContext: {
      id: choice.user,
      name: member.name,
      locale: "en",
      roles: member.roles,
      account: {
        id: choice.account,
        name: withChosen(ACCOUNTS, choice.account).find(({ id }) => id === choice.account)?.name ?? choice.account,
        country: "US",
        isSandbox: isSandbox(choice.account),
      },
    },
    environment: {
      mode: choice.mode,
      viewportID: choice.viewport,
      constants: manifest.constants ?? {},
      objectContext: objectOf(choice.viewport),
      queryParams: choice.queryParams,
    },
    ...(oauthContext && { oauthContext }),
    appContext: {
      authorizedPermissions: (manifest.permissions ?? []).map(({ permission }) => permission),
      authorizedContentSecurityPolicy: {
        connectSrc: policy?.["connect-src"] ?? null,
        imageSrc: policy?.["image-src"] ?? null,
      },
    },
  };
}
