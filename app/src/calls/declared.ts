/** JSON as a response has it. */
export type Json = null | boolean | number | string | Json[] | {[name: string]: Json};

/** The calls of a calls file, as far as the app reads them (docs/calls.schema.json). */
export interface DeclaredCalls {
  [name: string]: DeclaredCall;
}

interface DeclaredCall {
  method?: string;
  reads?: boolean;
  path: string;
  query?: {[name: string]: string | object};
  parameters?: {[name: string]: object};
  body?: unknown;
  pick?: object;
  answer_headers?: string[];
  roles?: 'any' | string[];
}

export type NameOf<Calls> = keyof Calls & string;

/** The names of the calls that change nothing at the provider, so that a view may make them whenever it is shown. */
export type NameOfRead<Calls> = {
  [Name in NameOf<Calls>]: Calls[Name] extends {method: Exclude<Method, 'GET'>; reads?: false} ? never : Name;
}[NameOf<Calls>];

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Whether a call changes nothing at the provider. */
export const onlyReads = ({method = 'GET', reads = false}: DeclaredCall) => reads || method === 'GET';

/** The values that a call takes, by their names. */
export type ParametersOf<Call> = Flat<
  {[Name in RequiredOf<Call>]: ValueOf<In<TypesOf<Call>, Name>>} & {
    [Name in OptionalOf<Call>]?: ValueOf<In<TypesOf<Call>, Name>>;
  }
>;

/** One object instead of an intersection: what editors then show can be read. */
type Flat<Type> = {[Name in keyof Type]: Type[Name]};

type TypesOf<Call> = In<Call, 'parameters'> & In<Call, 'query'>;
type In<Call, Key extends string> = Call extends {[Name in Key]: infer Value} ? Value : unknown;

/** What is declared in the query may be left out, and what is in `parameters` not, unless it says otherwise. */
type OptionalOf<Call> =
  | KeysOf<In<Call, 'parameters'>, {required: false}>
  | Exclude<KeysOf<In<Call, 'query'>, object>, KeysOf<In<Call, 'query'>, {required: true}>>;
type RequiredOf<Call> = Exclude<KeysOf<TypesOf<Call>, object> | PlacesOf<In<Call, 'path'>>, OptionalOf<Call>>;

/** What has a place in the path, except for what the link keeps. It is an id, if it is not declared. */
type PlacesOf<Path> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Exclude<Name, `kept.${string}`> | PlacesOf<Rest>
  : never;

/** The names under which there is such a value. */
type KeysOf<Type, Value> = {[Name in keyof Type]: Type[Name] extends Value ? Name & string : never}[keyof Type];

type ValueOf<Type> = Type extends {one_of: infer Values extends string[]}
  ? Values[number]
  : Type extends {type: 'integer'}
    ? number
    : string;

/** Whether a call sends JSON of the app's own. */
export type TakesBody<Call> = true extends HasBody<In<Call, 'body'>> ? true : false;
type HasBody<Template> = Template extends '{body}'
  ? true
  : Template extends object
    ? HasBody<Template[keyof Template]>
    : false;

/** What the provider answered. */
export interface AnswerOf<Call> {
  /** The provider's status. */
  status: number;
  /** Those that the call declares, as far as the response has them. */
  headers?: {[Name in Lowercase<HeaderOf<Call>>]?: string};
  /** What was picked of a successful response, or the whole JSON; null if there is none. */
  body: BodyOf<Call> | null;
}

type HeaderOf<Call> = Call extends {answer_headers: infer Names extends string[]} ? Names[number] : never;

/** What a call picks of a successful response. */
export type BodyOf<Call> = Call extends {pick: infer Pick} ? PartOf<Pick> : Json;

type PartOf<Pick> = Pick extends {each: infer Each}
  ? {[Name in keyof Each]: Json}[] | null
  : {[Name in keyof Pick]: Pick[Name] extends {each: object} ? PartOf<Pick[Name]> : Json};

/** A picked value as text, if it is a text or a number. */
export function textOf(value: Json): string | undefined {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
}
