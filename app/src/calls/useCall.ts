import type {Call, ValuesOf} from './call';
import type {AnswerOf, DeclaredCalls, NameOfRead} from './declared';
import {useRequest, type Request} from './useRequest';

/**
 * Makes a call when the view is shown, and again when its values change. It is only for calls that read: a view may be
 * shown any number of times.
 */
export function useCall<Calls extends DeclaredCalls, Name extends NameOfRead<Calls>>(
  call: Call<Calls>,
  name: Name,
  ...values: ValuesOf<Calls[Name]>
): Request<AnswerOf<Calls[Name]>> {
  const [parameters, options] = values as [object?, object?];
  const make = call as unknown as (...values: unknown[]) => Promise<AnswerOf<Calls[Name]>>;
  return useRequest(JSON.stringify([name, ...values]), (cancelled) => make(name, parameters, {...options, cancelled}));
}
