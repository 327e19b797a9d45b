/** What holds for every engine in the table. */
import assert from 'node:assert/strict';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { dockerModelRunner } from '../../../server/engines/docker-model-runner/definition.ts';
import { ollama } from '../../../server/engines/ollama/definition.ts';
import { engines } from '../../../server/engines/table.ts';
import { logTo } from '../../../server/platform/log.ts';
import { parseErrorText } from '../../../server/wire/error-body.ts';
import { keyVariables } from '../../../shared/environment.ts';

test('every definition in the folder is in the table, under the name of its file or folder', () => {
  const folder = new URL('../../../server/engines/', import.meta.url);
  const pages = globSync(['*.ts', '*/definition.ts'], { cwd: folder }).filter((name) =>
    /^export const \w+: EngineDefinition = /m.test(readFileSync(new URL(name, folder), 'utf8')),
  );
  assert.deepEqual(
    engines.map(({ kind }) => kind).sort(),
    pages.map((name) => name.replace(/[\\/]definition\.ts$|\.ts$/, '')).sort(),
  );
});

test('every local engine is recognized by discovery, at its default port', () => {
  for (const { kind, source, baseUrl, fingerprint } of engines) {
    if (source !== 'local' || baseUrl === undefined) continue;
    assert.ok(fingerprint && fingerprint.evidence.length > 0, kind);
    const { port, pathname } = new URL(baseUrl);
    assert.ok(fingerprint.defaultPorts.includes(Number(port)), kind);
    assert.equal(fingerprint.basePath, pathname.replace(/\/$/, ''), kind);
  }
});

test('an engine that can pull models has names for the suggested ones', () => {
  for (const { kind, lifecycle, pullNames } of engines)
    assert.equal(pullNames !== undefined, lifecycle !== undefined, kind);
});

test('cloud engines use TLS and require a key, local ones use a loopback literal', () => {
  for (const { kind, source, baseUrl, key } of engines) {
    if (baseUrl === undefined) continue;
    const { protocol, hostname } = new URL(baseUrl);
    if (source === 'api') assert.deepEqual([protocol, key], ['https:', 'required'], kind);
    else assert.deepEqual([protocol, hostname], ['http:', '127.0.0.1'], kind);
    assert.ok(!baseUrl.endsWith('/'), kind);
  }
});

test('OLLAMA_HOST is parsed as Ollama parses it', () => {
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
    assert.equal(ollama.baseUrlFromEnv?.({ OLLAMA_HOST: host }), expected, String(host));
});

test('Docker Model Runner is found by the variables of its own tools and of OpenAI’s clients', () => {
  const table: [string | undefined, string | undefined][] = [
    [undefined, undefined],
    ['', undefined],
    ['http://localhost:12434', 'http://localhost:12434/engines'],
    ['http://model-runner.docker.internal/', 'http://model-runner.docker.internal/engines'],
    ['localhost:12435', 'http://localhost:12435/engines'],
    ['http://localhost:12434/engines/v1/', 'http://localhost:12434/engines/v1'],
    ['http://localhost:12434/engines/llama.cpp/v1', 'http://localhost:12434/engines/llama.cpp/v1'],
    ['unix:///var/run/docker.sock', undefined],
    ['http://me:pw@host', undefined],
    ['not a host', undefined],
  ];
  for (const [host, expected] of table) {
    assert.equal(dockerModelRunner.baseUrlFromEnv?.({ DMR_BASE_URL: host }), expected, String(host));
    assert.equal(dockerModelRunner.baseUrlFromEnv?.({ MODEL_RUNNER_HOST: host }), expected, String(host));
  }
  const both = { DMR_BASE_URL: 'http://a:1', MODEL_RUNNER_HOST: 'http://b:2' };
  assert.equal(dockerModelRunner.baseUrlFromEnv?.(both), 'http://a:1/engines');
});

test('the environment can hold a key for every service that requires one', () => {
  const kinds = engines.filter(({ key }) => key === 'required').map(({ kind }) => kind);
  assert.deepEqual(Object.keys(keyVariables).sort(), kinds.sort());
});

test('every engine names the variables that it reads its address from', () => {
  for (const { kind, baseUrlFromEnv, addressVariables = [] } of engines) {
    const variables = new Set<string>();
    const env = new Proxy<Record<string, string | undefined>>(
      {},
      { get: (_target, name) => void variables.add(String(name)) },
    );
    baseUrlFromEnv?.(env);
    assert.deepEqual([...variables].sort(), addressVariables.toSorted(), kind);
  }
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

test('a key of every service is redacted from the log and from error messages', () => {
  const samples: Readonly<Record<string, string>> = {
    'sk-': 'sk-aB3dE5fG7hI9jK1lM3nO5',
    'sk-ant-': 'sk-ant-aB3dE5fG7hI9jK1lM3nO5',
    'AIza|AQ\\.': 'AIzaSyaB3dE5fG7hI9jK1lM3nO5',
    gsk_: 'gsk_aB3dE5fG7hI9jK1lM3nO5',
    'xai[-_]': 'xai-aB3dE5fG7hI9jK1lM3nO5',
  };
  for (const { kind, keyPrefix } of engines) {
    if (keyPrefix === undefined) continue;
    const key = samples[keyPrefix] ?? `${keyPrefix.split('|')[0]}aB3dE5fG7hI9jK1lM3nO5`;
    assert.match(key, new RegExp(`^(?:${keyPrefix})`), kind);
    const lines: string[] = [];
    const console = { info: (text: string) => void lines.push(text), warn() {}, error() {} };
    logTo(console).info(`Sent ${key}.`);
    assert.equal(lines[0]?.includes(key), false, kind);
    assert.equal(parseErrorText(`Incorrect key ${key}`).message.includes(key), false, kind);
  }
});
