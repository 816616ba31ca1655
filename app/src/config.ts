import type {ExtensionContextValue} from '@stripe/ui-extension-sdk/context';
import file from '../calls.json';
import manifest from '../stripe-app.json';
import {idOf} from './auth/roles';
import {brand, type Brand} from './brand';
import type {DeclaredCalls} from './calls/declared';

/** A deployment of the back end, which links to one provider. */
export interface BackEnd<Calls extends DeclaredCalls = DeclaredCalls> {
  /**
   * Empty where the app has only one. Where it has several, what tells them apart: the manifest's constants of the back
   * end `CRM` are `API_BASE_CRM` and so on, and the Dashboard hands a finished sign-in only to who began it.
   */
  name: string;
  /** How people know its provider. */
  brand: Brand;
  /** The calls to the provider's API that it makes: `calls` of its `CALLS_FILE`. */
  calls: Calls;
}

/** The back end of an app that has one. */
export const theBackEnd: BackEnd<typeof file.calls> = {name: '', brand, calls: file.calls};

/** What the manifest's constants say of a back end. */
export interface Server {
  /** `API_BASE`: where it is. */
  url: string;
  /** `LINK_SCOPE`: whose link it makes, each user's own, or one of the whole Stripe account. */
  linkScope: 'user' | 'account';
  /** `LINK_ROLES`: ids of Stripe's built-in roles, any of which may make and end a link of the account. */
  linkRoles: string[];
  /** Who says so: the manifest that Stripe has, or the one that the app was built with. */
  source: 'manifest' | 'build';
}

/** The back end's default, too. */
const LINK_ROLES = 'admin:Administrator,super_admin:Super Administrator';

/**
 * The manifest's constants, as the Dashboard tells them. Stripe is reported to hand none to apps that were uploaded with
 * a newer kind of manifest; then it is what stripe-app.json said when the app was built.
 */
export function serverOf(
  {constants}: Pick<ExtensionContextValue['environment'], 'constants'>,
  {name}: BackEnd,
): Server {
  const read = (from: unknown, constant: string) => {
    const value = (from as {[name: string]: unknown} | null | undefined)?.[name ? `${constant}_${name}` : constant];
    return typeof value === 'string' ? value : undefined;
  };
  const isTold = read(constants, 'API_BASE') !== undefined;
  const from = isTold ? constants : manifest.constants;
  return {
    url: withoutSlash(read(from, 'API_BASE') ?? ''),
    linkScope: read(from, 'LINK_SCOPE') === 'account' ? 'account' : 'user',
    linkRoles: (read(from, 'LINK_ROLES') ?? LINK_ROLES).split(',').map(idOf),
    source: isTold ? 'manifest' : 'build',
  };
}

/** `connect-src` has to end in a slash, so people write one here as well. */
const withoutSlash = (url: string) => url.replace(/\/+$/, '');

/** What the app needs and nobody has accepted yet: after an update that asks for more, it has to be anew. */
export function permissionsToAccept({authorizedPermissions: accepted}: ExtensionContextValue['appContext']) {
  return accepted ? manifest.permissions.filter(({permission}) => !accepted.includes(permission)) : [];
}
