import {useEffect, useRef, useState} from 'react';
import {BackendError} from '../auth/backend';

/** How far a request is that a view makes to show what it is answered. */
export type Request<Answer> =
  | {state: 'loading'}
  | {state: 'failed'; error: BackendError; retry: () => void}
  | {state: 'answered'; answer: Answer; retry: () => void};

/**
 * Makes a request when the view is shown, and again when it is another one: `key` tells them apart. A view that goes
 * away, or wants something else, cancels it.
 */
export function useRequest<Answer>(key: string, send: (cancelled: AbortSignal) => Promise<Answer>): Request<Answer> {
  const [attempt, setAttempt] = useState(1);
  const occasion = `${attempt} ${key}`;
  const [outcome, setOutcome] = useState<{occasion: string; request: Request<Answer>}>();
  const latest = useRef(send);
  latest.current = send;

  useEffect(() => {
    const left = new AbortController();
    const retry = () => setAttempt((attempts) => attempts + 1);
    const settle = (request: Request<Answer>) => {
      if (!left.signal.aborted) {
        setOutcome({occasion, request});
      }
    };
    latest.current(left.signal).then(
      (answer) => settle({state: 'answered', answer, retry}),
      (error) => {
        if (!(error instanceof BackendError)) {
          throw error;
        }
        settle({state: 'failed', error, retry});
      },
    );
    return () => left.abort();
  }, [occasion]);

  // What was answered to another question is not shown, not even until the effect has run.
  return outcome?.occasion === occasion ? outcome.request : {state: 'loading'};
}
