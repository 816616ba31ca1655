// The panels that the plain page has as well.

import { memo, useEffect } from "react";

import markup from "../../../src/dashboard/common/panels.html";
import { showPanels } from "../../../src/dashboard/common/panels.js";
import type { Config } from "./config";

export const Panels = memo(function Panels({ config }: { config: Config }) {
  useEffect(() => showPanels(config), [config]);
  return <div className="panels" dangerouslySetInnerHTML={{ __html: markup }} />;
});
