/* eslint-disable @typescript-eslint/no-empty-object-type -- It is how a file declares an id. */

import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import calls from '../../calls.json';
import type {Call} from './call';
import {onlyReads, type AnswerOf, type BodyOf, type Json, type ParametersOf} from './declared';
import type {useCall} from './useCall';

/** What a file may declare, of which calls.json has only some. */
type Calls = {
  'deals.list': {
    path: '/crm/{kept.portal}/deals';
    query: {
      limit: {type: 'integer'};
      after: {};
      stage: {one_of: ['open', 'won']; required: true};
      since: '{since}';
      'page[size]': {type: 'integer'};
      properties: 'name,amount';
      near: '{near}';
    };
    parameters: {since: {type: 'date'}; near: {type: 'text'; required: false}};
    pick: {deals: {at: '/results'; each: {id: '/id'}}; after: ['/next', '/paging/next']};
    answer_headers: ['ETag', 'Link'];
  };
  'deals.get': {path: '/deals/{id}.json'};
  'deals.note': {
    method: 'POST';
    path: '/deals/{id}/notes';
    parameters: {id: {type: 'integer'}};
    body: {note: ['{body}']};
  };
  'deals.end': {method: 'DELETE'; path: '/deals/{id}'; parameters: {id: {}}; roles: ['admin:Administrator']};
  'deals.search': {method: 'POST'; reads: true; path: '/search'; body: '{body}'; pick: {each: {id: '/id'}}};
};

/** Compiles only if both types are one. */
const same = <One, Other>(..._: [One] extends [Other] ? ([Other] extends [One] ? [] : [never]) : [never]) => undefined;

test('the declaration is that of the file', () => {
  const read = (name: string) => readFileSync(join(__dirname, '../..', name), 'utf8');
  expect(read('calls.d.json.ts')).toContain(`declare const calls: ${read('calls.json').trimEnd()};`);
});

test('parameters have the types that the file gives them', () => {
  same<
    ParametersOf<Calls['deals.list']>,
    {since: string; stage: 'open' | 'won'; limit?: number; after?: string; 'page[size]'?: number; near?: string}
  >();
  same<ParametersOf<Calls['deals.get']>, {id: string}>();
  same<ParametersOf<Calls['deals.note']>, {id: number}>();
  same<ParametersOf<Calls['deals.search']>, {}>();
});

test('an answer has what the file picks of it', () => {
  same<BodyOf<Calls['deals.list']>, {deals: {id: Json}[] | null; after: Json}>();
  same<BodyOf<Calls['deals.search']>, {id: Json}[] | null>();
  same<BodyOf<Calls['deals.get']>, Json>();
  same<AnswerOf<Calls['deals.list']>['headers'], {etag?: string; link?: string} | undefined>();
});

test('a call is made only as the file declares it', () => {
  const made = jest.fn();
  const call: Call<Calls> = Object.assign(made, {declared: {} as Calls});
  void call('deals.list', {since: '2026-11-26', stage: 'open'});
  void call('deals.note', {id: 1}, {body: {text: 'Called back.'}, id: 'note-1'});
  // @ts-expect-error There is no such call.
  void call('deals.delete');
  // @ts-expect-error A parameter is missing.
  void call('deals.get');
  // @ts-expect-error Another one is.
  void call('deals.list', {since: '2026-11-26'});
  // @ts-expect-error The call takes no such parameter.
  void call('deals.get', {id: '1', host: 'elsewhere.example'});
  // @ts-expect-error What the link keeps is not for the app to say.
  void call('deals.list', {since: '2026-11-26', stage: 'open', portal: '1'});
  // @ts-expect-error An integer is no text.
  void call('deals.note', {id: '1'}, {body: null});
  // @ts-expect-error The value is none of those that there are.
  void call('deals.list', {since: '2026-11-26', stage: 'lost'});
  // @ts-expect-error The body is missing.
  void call('deals.note', {id: 1});
  // @ts-expect-error This call has none.
  void call('deals.get', {id: '1'}, {body: {}});
  expect(made).toHaveBeenCalledTimes(11);
});

test('a view makes no call that writes by being shown', () => {
  const use = (hook: typeof useCall, call: Call<Calls>) => [
    hook(call, 'deals.list', {since: '2026-11-26', stage: 'won', limit: 10}),
    hook(call, 'deals.search', {}, {body: {}}),
    // @ts-expect-error It writes.
    hook(call, 'deals.end', {id: '1'}),
    // @ts-expect-error So does this.
    hook(call, 'deals.note', {id: 1}, {body: {}}),
  ];
  expect(use).toBeDefined();
});

test('only what is declared to read does', () => {
  const writes = Object.entries(calls.calls).filter(([, call]) => !onlyReads(call));
  expect(writes.map(([name]) => name)).toEqual(['notes.create']);
});
