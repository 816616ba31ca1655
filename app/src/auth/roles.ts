import type {ExtensionContextValue} from '@stripe/ui-extension-sdk/context';

/** A role as Stripe is reported to sign it: with just these, in this order. */
export interface SignedRole {
  id: string;
  type: string;
  name: string;
}

/** The id in `id:name`, as settings and calls write a role. Names are Stripe's to change, so here they do not count. */
export const idOf = (role: string) => role.split(':')[0]!.trim();

/** Of the user's roles, one of those with these ids. A custom role never is. */
export function roleAmong(
  {roles = []}: Pick<ExtensionContextValue['userContext'], 'roles'>,
  ids: string[],
): SignedRole | undefined {
  for (const {id, type, name} of roles) {
    if (type === 'builtIn' && id !== undefined && ids.includes(id)) {
      return {id, type, name};
    }
  }
  return undefined;
}
