// What the stand-ins for components need of the page around them.

import { createContext, useContext } from "react";

import type { Problem, Route } from "../protocol";

export interface Host {
  appName: string;
  openRoute(route: Route): void;
  report(problem: Problem): void;
}

export const HostContext = createContext<Host | undefined>(undefined);

export function useHost(): Host {
  const host = useContext(HostContext);
  if (!host) {
    throw new Error("A component was rendered outside the page");
  }
  return host;
}
