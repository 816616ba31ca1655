// What the sandbox's server tells this page.

import type { ExtensionContextValue } from "@stripe/ui-extension-sdk/context";

/** A Stripe App's manifest, as far as a Dashboard needs it. */
export interface Manifest {
  id: string;
  name: string;
  icon?: string;
  permissions?: { permission: string }[];
  constants?: { [name: string]: string };
  ui_extension?: {
    views?: { viewport: string; component: string }[];
    content_security_policy?: { "connect-src"?: string[] | null; "image-src"?: string[] | null };
  };
}

/** Made by `manifest.rs`: addresses are those that are in use now. */
export interface Served {
  manifest: Manifest;
  /** The manifest's name, to tell people which one to change. */
  file: string;
  /** The folder of its views. */
  views: string;
  /** Where the manifest says our back ends are, and where they are. */
  moved: { from: string; to: string }[];
  /** What the manifest names beyond this machine, and whether the app is kept from it. */
  hosts: string[];
  offline: boolean;
}

/** A back end of this repository. */
export interface BackEnd {
  api_base: string;
  link_scope: "user" | "account";
}

/** Somebody who can be signed in. */
export interface Member {
  id: string;
  name: string;
  roles: NonNullable<ExtensionContextValue["userContext"]["roles"]>;
}

export interface Config extends Served, BackEnd {
  /** More of them, for an app of several providers. */
  further: BackEnd[];
  members: Member[];
  stripe_url: string;
  /** The real provider in place of the sandbox's own. */
  real_provider: string | null;
  app_id: string;
  flow: "session_bound" | "direct";
}

export async function loadConfig(): Promise<Config> {
  const [config, served] = await Promise.all([
    get<Omit<Config, keyof Served>>("/config.json"),
    get<Served>("/manifest.json"),
  ]);
  return { ...config, ...served };
}

/** The server's answer, as it is now. */
export async function get<T>(path: string): Promise<T> {
  const response = await fetch(path, { cache: "no-store" });
  if (!response.ok) {
    throw new Error(`${path}: HTTP ${response.status} ${await response.text()}`);
  }
  return (await response.json()) as T;
}
