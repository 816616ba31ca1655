import type {ExtensionContextValue} from '@stripe/ui-extension-sdk/context';
import type {BackEnd} from '../config';
import type {LinkedUser} from './backend';
import type {State} from './machine';

type OAuthContext = ExtensionContextValue['oauthContext'];

/**
 * Codes and errors that have had their effect. The Dashboard goes on handing them to every view that it
 * mounts until the page is reloaded, so this must outlive the views.
 */
const spent = new Set<string>();
const completing = new Map<string, Promise<LinkedUser>>();

/** What the provider sent the user back with, if the sign-in was one of this back end. */
export function returnTo({name}: BackEnd, oauthContext: OAuthContext): OAuthContext {
  // The only one there is did begin it.
  return name === '' || oauthContext?.state === name ? oauthContext : undefined;
}

/** Where a view begins: with what the provider sent the user back with, if that is news. */
export function initialState(oauthContext: OAuthContext): State {
  const {code, verifier, error} = oauthContext ?? {};
  if (code && verifier && !spent.has(code)) {
    return {name: 'completing', code, verifier};
  }
  return {name: 'checking', reason: error && !spent.has(error) ? error : undefined};
}

/** Remembers that the user was told of this error. */
export function spendError(oauthContext: OAuthContext): void {
  if (oauthContext?.error) {
    spent.add(oauthContext.error);
  }
}

/** Completes a sign-in; a view mounted meanwhile with the same code joins in instead of sending it again. */
export async function completeOnce(
  code: string,
  complete: () => Promise<LinkedUser>,
): Promise<LinkedUser> {
  const completion = completing.get(code) ?? complete();
  completing.set(code, completion);
  try {
    return await completion;
  } finally {
    completing.delete(code);
    spent.add(code);
  }
}
