// What stands beside the app in a Dashboard: no more than a viewport needs to make sense.

import type { Choice } from "./choice";
import type { BackEnd } from "./config";
import { objectOf, roomOf, viewportName } from "./viewports";

interface Props extends Choice {
  /** Whether the app signs in by the back end of this repository. */
  signsIn: boolean;
  linkScope: BackEnd["link_scope"];
}

export function Surroundings({ viewport, user, signsIn, linkScope }: Props) {
  const about = objectOf(viewport);
  if (roomOf(viewport) === "page") {
    return null;
  }
  if (about) {
    return (
      <section className="card">
        <p className="hint">{about.object.replace("_", " ")}</p>
        <h1>
          <code>{about.id}</code>
        </h1>
        <p className="hint">The app’s view is told about this object. It is made up.</p>
      </section>
    );
  }
  if (viewport === "settings") {
    return (
      <section className="card">
        <h1>App settings</h1>
        <p className="hint">The app’s own settings page, opened by {user} from the list of installed apps.</p>
      </section>
    );
  }
  return (
    <section className="card">
      <h1>{viewportName(viewport)}</h1>
      {signsIn && linkScope === "account" ? (
        <p className="hint">
          <strong>Start here:</strong> sign in as Ada, who is an administrator: the link is the whole account’s. Then
          choose Grace or Eve on top, and see what it looks like to members who may not make or end it.
        </p>
      ) : signsIn ? (
        <p className="hint">
          <strong>Start here:</strong> use the app in its drawer, say sign in as Ada, and watch the list below tell each
          step.
        </p>
      ) : (
        <p className="hint">Here is what Stripe’s Dashboard shows. The app is in its drawer.</p>
      )}
    </section>
  );
}
