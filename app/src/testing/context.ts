import type {ExtensionContextValue} from '@stripe/ui-extension-sdk/context';
import {getMockContextProps} from '@stripe/ui-extension-sdk/testing';

export const API_BASE = 'https://api.example.com/api/oauth';

interface Options {
  isSandbox?: boolean;
  authorizedPermissions?: string[];
  /** What the Dashboard tells of the manifest's. */
  constants?: unknown;
}

/** What the Dashboard gives a view. The SDK's mock leaves `oauthContext` out, so it comes in here. */
export function contextProps(
  oauthContext?: ExtensionContextValue['oauthContext'],
  {isSandbox = false, authorizedPermissions = ['secret_write'], ...more}: Options = {},
): ExtensionContextValue {
  const {userContext, environment, ...rest} = getMockContextProps();
  const constants = 'constants' in more ? more.constants : {API_BASE};
  return {
    ...rest,
    oauthContext,
    appContext: {authorizedPermissions},
    userContext: {...userContext, account: {...userContext.account, isSandbox}},
    environment: {
      ...environment,
      constants: constants as ExtensionContextValue['environment']['constants'],
      objectContext: {id: 'pi_123', object: 'payment_intent'},
    },
  };
}
