import type {ExtensionContextValue} from '@stripe/ui-extension-sdk/context';
import {getMockContextProps} from '@stripe/ui-extension-sdk/testing';

export const API_BASE = 'https://api.example.com/api/oauth';

/** What the Dashboard gives a view. The SDK's mock leaves `oauthContext` out, so it comes in here. */
export function contextProps(
  oauthContext?: ExtensionContextValue['oauthContext'],
  {isSandbox = false, constants = {API_BASE}}: {isSandbox?: boolean; constants?: object} = {},
): ExtensionContextValue {
  const {userContext, environment, ...rest} = getMockContextProps();
  return {
    ...rest,
    oauthContext,
    userContext: {...userContext, account: {...userContext.account, isSandbox}},
    environment: {
      ...environment,
      constants: {...constants},
      objectContext: {id: 'pi_123', object: 'payment_intent'},
    },
  };
}
