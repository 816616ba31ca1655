import type {ExtensionContextValue} from '@stripe/ui-extension-sdk/context';
import {useEffect, useReducer, useState, type Dispatch} from 'react';
import {theBackEnd, type BackEnd} from '../config';
import {createBackend} from './backend';
import {reduce, type Event, type State} from './machine';
import {initialState, returnTo, spendError} from './oauthReturn';
import {perform} from './tasks';

/** The key of what holds the machine: another user, account or mode, or a newly arrived code, begins afresh. */
export function occasionOf({userContext, environment, oauthContext}: ExtensionContextValue): string {
  return [userContext.id, userContext.account.id, environment.mode, oauthContext?.code].join();
}

/** A link as a view sees it. */
export interface Link {
  state: State;
  /** Where what the user does goes. */
  send: Dispatch<Event>;
  /** Whether the user may make and end it. */
  mayLink: boolean;
}

/** Runs the machine for one Stripe user and one back end. */
export function useLink(context: ExtensionContextValue, backEnd: BackEnd = theBackEnd): Link {
  const oauthContext = returnTo(backEnd, context.oauthContext);
  const [backend] = useState(() => createBackend(context, backEnd));
  const [state, send] = useReducer(reduce, oauthContext, initialState);

  useEffect(() => spendError(oauthContext), [oauthContext]);

  useEffect(() => {
    const left = new AbortController();
    void perform(state, backend, left.signal).then((event) => {
      if (event && !left.signal.aborted) {
        send(event);
      }
    });
    return () => left.abort();
  }, [state, backend]);

  return {state, send, mayLink: backend.mayLink};
}
