import type {ExtensionContextValue} from '@stripe/ui-extension-sdk/context';
import {getMockContextProps} from '@stripe/ui-extension-sdk/testing';
import manifest from '../../stripe-app.json';

export const API_BASE = 'https://api.example.com/api/oauth';

interface Options {
  isSandbox?: boolean;
  authorizedPermissions?: string[];
  /** What the Dashboard tells of the manifest's. */
  constants?: unknown;
  /** The Stripe user's roles. The SDK's mock has a developer. */
  roles?: ExtensionContextValue['userContext']['roles'];
}

export const administrator = {type: 'builtIn', name: 'Administrator', id: 'admin'} as const;
export const viewOnly = {type: 'builtIn', name: 'View only', id: 'view_only'} as const;

/** What the Dashboard gives a view. The SDK's mock leaves `oauthContext` out, so it comes in here. */
export function contextProps(
  oauthContext?: ExtensionContextValue['oauthContext'],
  {isSandbox = false, authorizedPermissions = manifest.permissions.map(({permission}) => permission), ...more}: Options = {},
): ExtensionContextValue {
  const {userContext, environment, ...rest} = getMockContextProps();
  const constants = 'constants' in more ? more.constants : {API_BASE};
  return {
    ...rest,
    oauthContext,
    appContext: {authorizedPermissions},
    userContext: {
      ...userContext,
      roles: 'roles' in more ? more.roles : userContext.roles,
      account: {...userContext.account, isSandbox},
    },
    environment: {
      ...environment,
      constants: constants as ExtensionContextValue['environment']['constants'],
      objectContext: {id: 'pi_123', object: 'payment_intent'},
    },
  };
}
