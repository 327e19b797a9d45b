/** Where requests go: below the base URL, whatever the path says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestUrl } from '../../../server/engines/request-url.ts';

test('a base URL works with and without its trailing slash', () => {
  for (const base of ['http://host:8000/v1', 'http://host:8000/v1/', 'http://host:8000/v1//'])
    assert.equal(requestUrl(base, undefined, '/chat/completions'), 'http://host:8000/v1/chat/completions');
  assert.equal(
    requestUrl('http://127.0.0.1:11434', undefined, '/api/tags'),
    'http://127.0.0.1:11434/api/tags',
  );
});

test('a version is inserted where the base URL has none', () => {
  const table: [string, string, string][] = [
    ['http://127.0.0.1:8080', 'v1', 'http://127.0.0.1:8080/v1/models'],
    ['http://127.0.0.1:8080/', 'v1', 'http://127.0.0.1:8080/v1/models'],
    ['http://127.0.0.1:8080/v1', 'v1', 'http://127.0.0.1:8080/v1/models'],
    ['http://127.0.0.1:8080/prefix', 'v1', 'http://127.0.0.1:8080/prefix/v1/models'],
    ['https://g.example', 'v1beta', 'https://g.example/v1beta/models'],
    ['https://g.example/v1', 'v1beta', 'https://g.example/v1/models'],
    ['https://g.example/v1alpha', 'v1beta', 'https://g.example/v1alpha/models'],
  ];
  for (const [base, version, expected] of table)
    assert.equal(requestUrl(base, version, '/models'), expected, base);
});

test('a sibling of the version stays below the base URL', () => {
  const table: [string, string][] = [
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/infill'],
    ['http://127.0.0.1:8080/v1', 'http://127.0.0.1:8080/infill'],
    ['http://127.0.0.1:8080/prefix/', 'http://127.0.0.1:8080/prefix/infill'],
    ['http://127.0.0.1:8080/prefix/v1', 'http://127.0.0.1:8080/prefix/infill'],
  ];
  for (const [base, expected] of table) assert.equal(requestUrl(base, 'v1', '/../infill'), expected, base);
  for (const path of ['/../../infill', '/../a/../../b', '/../'])
    assert.throws(() => requestUrl('http://host/prefix/v1', 'v1', `${path}../x`), {
      kind: 'invalid-request',
    });
});

test('a path cannot leave its base', () => {
  const base = 'https://host.example/v1';
  for (const path of ['/../secret', '/a/../../b', '/%2e%2e/b', '@evil.example/', '.evil.example/', ''])
    assert.throws(() => requestUrl(base, undefined, path), { kind: 'invalid-request' }, path);
  assert.throws(() => requestUrl('https://host.example', undefined, '.evil.example/x'), {
    kind: 'invalid-request',
  });
  assert.equal(requestUrl(base, undefined, '//evil.example/x'), 'https://host.example/v1//evil.example/x');
});

test('a base URL with credentials, a query or another scheme is rejected', () => {
  for (const base of [
    'https://me:pw@host/v1',
    'https://host/v1?key=1',
    'https://host/v1#x',
    'file:///etc',
    'host',
  ])
    assert.throws(() => requestUrl(base, undefined, '/models'), { kind: 'unreachable' }, base);
});
