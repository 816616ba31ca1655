import {BackendError, ROLE_REQUIRED, signedPost, type BackendContext} from '../auth/backend';
import {meansSignedOut} from '../auth/machine';
import {idOf, roleAmong} from '../auth/roles';
import type {BackEnd} from '../config';
import {
  onlyReads,
  type AnswerOf,
  type DeclaredCalls,
  type Json,
  type NameOf,
  type ParametersOf,
  type TakesBody,
} from './declared';

/**
 * Makes one of the declared calls to the provider's API with the link, whatever the provider's status then is. Rejects
 * with a BackendError and nothing else; where nobody is linked any more, the gate then offers the sign-in.
 */
export interface Call<Calls extends DeclaredCalls> {
  <Name extends NameOf<Calls>>(name: Name, ...values: ValuesOf<Calls[Name]>): Promise<AnswerOf<Calls[Name]>>;
  /** Of which back end. */
  readonly declared: Calls;
}

/** What follows the name of a call. */
export type ValuesOf<Declared> =
  TakesBody<Declared> extends true
    ? [parameters: ParametersOf<Declared>, options: Options & {body: Json}]
    : Partial<ParametersOf<Declared>> extends ParametersOf<Declared>
      ? [parameters?: ParametersOf<Declared>, options?: Options]
      : [parameters: ParametersOf<Declared>, options?: Options];

interface Options {
  cancelled?: AbortSignal;
  /**
   * Of a write, for the provider to know it by: the same for each try of one write, where it may be tried again. By
   * default each call is a write of its own.
   */
  id?: string;
}

export function createCall<Calls extends DeclaredCalls>(
  context: BackendContext,
  backEnd: BackEnd<Calls>,
  linkEnded: (error: BackendError) => void,
): Call<Calls> {
  const declared: DeclaredCalls = backEnd.calls;
  const call = async (name: string, parameters = {}, {body, id = newId(), cancelled}: Options & {body?: Json} = {}) => {
    const {roles = 'any', ...rest} = declared[name]!;
    const role = roles === 'any' ? undefined : roleAmong(context.userContext, roles.map(idOf));
    if (roles !== 'any' && !role) {
      throw new BackendError('signature', ROLE_REQUIRED);
    }
    const fields = {purpose: 'call', ...(!onlyReads(rest) && {id})};
    const request = JSON.stringify({call: name, parameters, body});
    try {
      return await signedPost(context, 'call', fields, {backEnd, role, request, cancelled});
    } catch (error) {
      if (error instanceof BackendError && meansSignedOut(error)) {
        linkEnded(error);
      }
      throw error;
    }
  };
  return Object.assign(call, {declared}) as unknown as Call<Calls>;
}

/** 128 random bits, in the syntax of an id. `crypto.randomUUID` is younger than some browsers. */
const newId = () => crypto.getRandomValues(new Uint32Array(4)).join('-');
