import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {serverOf, theBackEnd} from './config';

const books = {...theBackEnd, name: 'BOOKS'};

test('each back end has constants of its own', () => {
  const constants = {
    API_BASE: 'https://a.example/api/oauth/',
    API_BASE_BOOKS: 'https://b.example/api/oauth',
    LINK_SCOPE_BOOKS: 'account',
    LINK_ROLES_BOOKS: 'iam_admin:IAM Administrator, developer:Developer',
  };
  expect(serverOf({constants}, theBackEnd)).toEqual({
    url: 'https://a.example/api/oauth',
    linkScope: 'user',
    linkRoles: ['admin', 'super_admin'],
    source: 'manifest',
  });
  expect(serverOf({constants}, books)).toEqual({
    url: 'https://b.example/api/oauth',
    linkScope: 'account',
    linkRoles: ['iam_admin', 'developer'],
    source: 'manifest',
  });
});

test('what the Dashboard tells is not mixed with what the app was built with', () => {
  expect(serverOf({constants: {LINK_SCOPE: 'account'}}, theBackEnd)).toMatchObject({
    url: 'https://api.example.com/api/oauth',
    linkScope: 'user',
    source: 'build',
  });
});

test('who may link, where nothing says so, is whom the back end lets', () => {
  const source = readFileSync(join(__dirname, '../../shared/src/link_scope.rs'), 'utf8');
  const [, roles = ''] = /ADMINISTRATORS: &str = "(.+)"/.exec(source) ?? [];
  const ids = roles.split(',').map((role) => role.split(':')[0]);
  expect(ids).toContain('admin');
  expect(serverOf({constants: {API_BASE: 'https://a.example'}}, theBackEnd).linkRoles).toEqual(ids);
});
