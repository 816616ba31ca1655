import type {ExtensionContextValue} from '@stripe/ui-extension-sdk/context';
import type {Server} from '../config';

/** A role as Stripe is reported to sign it: with just these, in this order. */
export interface SignedRole {
  id: string;
  type: string;
  name: string;
}

/** Of the user's roles, the one that lets them make and end a link of the account. A custom role never does. */
export function roleToLink(
  {roles = []}: Pick<ExtensionContextValue['userContext'], 'roles'>,
  {linkRoles}: Server,
): SignedRole | undefined {
  for (const {id, type, name} of roles) {
    if (type === 'builtIn' && id !== undefined && linkRoles.includes(id)) {
      return {id, type, name};
    }
  }
  return undefined;
}
