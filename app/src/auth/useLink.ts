import type {ExtensionContextValue} from '@stripe/ui-extension-sdk/context';
import {useEffect, useReducer, useState, type Dispatch} from 'react';
import {createBackend} from './backend';
import {reduce, type Event, type State} from './machine';
import {initialState, spendError} from './oauthReturn';
import {perform} from './tasks';

/** The key of what holds the machine: another user, account or mode, or a newly arrived code, begins afresh. */
export function occasionOf({userContext, environment, oauthContext}: ExtensionContextValue): string {
  return [userContext.id, userContext.account.id, environment.mode, oauthContext?.code].join();
}

/** Runs the machine for one Stripe user: the state to show, and where to send what the user does. */
export function useLink(context: ExtensionContextValue): [State, Dispatch<Event>] {
  const {oauthContext} = context;
  const [backend] = useState(() => createBackend(context));
  const [state, dispatch] = useReducer(reduce, oauthContext, initialState);

  useEffect(() => spendError(oauthContext), [oauthContext]);

  useEffect(() => {
    const left = new AbortController();
    void perform(state, backend, left.signal).then((event) => {
      if (event && !left.signal.aborted) {
        dispatch(event);
      }
    });
    return () => left.abort();
  }, [state, backend]);

  return [state, dispatch];
}
