/** What holds for every engine in the table. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { ollama } from '../../../server/engines/ollama.ts';
import { engines } from '../../../server/engines/table.ts';

test('kinds are unique and every engine file is in the table', () => {
  const parts = ['address', 'connect', 'define', 'engine', 'releasable-body', 'table'];
  const files = readdirSync(new URL('../../../server/engines/', import.meta.url)).map((name) =>
    name.replace(/\.ts$/, ''),
  );
  assert.deepEqual(
    engines.map(({ kind }) => kind).sort(),
    files.filter((name) => !parts.includes(name)).sort(),
  );
});

test('cloud engines speak TLS and ask for a key, local ones stay on a loopback literal', () => {
  for (const { kind, source, baseUrl, key } of engines) {
    if (baseUrl === undefined) continue;
    const { protocol, hostname } = new URL(baseUrl);
    if (source === 'api') assert.deepEqual([protocol, key], ['https:', 'required'], kind);
    else assert.deepEqual([protocol, hostname], ['http:', '127.0.0.1'], kind);
    assert.ok(!baseUrl.endsWith('/'), kind);
  }
});

test('OLLAMA_HOST is read as Ollama reads it', () => {
  const table: [string | undefined, string | undefined][] = [
    [undefined, undefined],
    ['', undefined],
    ['  ', undefined],
    ['gpu-box', 'http://gpu-box:11434'],
    ['gpu-box:1234', 'http://gpu-box:1234'],
    [':1234', 'http://127.0.0.1:1234'],
    ['0.0.0.0', 'http://127.0.0.1:11434'],
    ['0.0.0.0:9000', 'http://127.0.0.1:9000'],
    ['[::]:9000', 'http://[::1]:9000'],
    ['::', 'http://[::1]:11434'],
    ['::1', 'http://[::1]:11434'],
    ['[::1]', 'http://[::1]:11434'],
    ['http://gpu-box', 'http://gpu-box'],
    ['https://gpu-box', 'https://gpu-box'],
    ['https://gpu-box:8443/ollama/', 'https://gpu-box:8443/ollama'],
    ['gpu-box/ollama', 'http://gpu-box:11434/ollama'],
    ['"gpu-box:1234"', 'http://gpu-box:1234'],
    ['http://me:pw@gpu-box', undefined],
    ['not a host', undefined],
  ];
  for (const [host, expected] of table)
    assert.equal(ollama.baseUrlFrom?.({ OLLAMA_HOST: host }), expected, String(host));
});

test('every engine has an answer of its service among the fixtures', () => {
  for (const { kind } of engines) {
    const files = readdirSync(new URL(`../../fixtures/wire/${kind}/`, import.meta.url));
    assert.ok(
      files.some((name) => /\.(?:sse|ndjson)$/.test(name)),
      kind,
    );
  }
});
