import type {ExtensionContextValue} from '@stripe/ui-extension-sdk/context';
import manifest from '../stripe-app.json';

/** Where the back end is, and who says so. */
export interface ApiBase {
  url: string;
  /** The manifest that Stripe has, or the one that the app was built with. */
  source: 'manifest' | 'build';
}

/**
 * The manifest's `API_BASE`, as the Dashboard tells it. Stripe is reported to hand no constants to apps that
 * were uploaded with a newer kind of manifest; then it is what stripe-app.json said when the app was built.
 */
export function apiBase({constants}: ExtensionContextValue['environment']): ApiBase {
  const told = typeof constants === 'object' && !Array.isArray(constants) ? constants?.API_BASE : undefined;
  return typeof told === 'string'
    ? {url: withoutSlash(told), source: 'manifest'}
    : {url: withoutSlash(manifest.constants.API_BASE), source: 'build'};
}

/** `connect-src` has to end in a slash, so people write one here as well. */
const withoutSlash = (url: string) => url.replace(/\/+$/, '');

/** What the app needs and nobody has accepted yet: after an update that asks for more, it has to be anew. */
export function permissionsToAccept({authorizedPermissions: accepted}: ExtensionContextValue['appContext']) {
  return accepted ? manifest.permissions.filter(({permission}) => !accepted.includes(permission)) : [];
}
