/** The scanned addresses: loopback literals, and those that user and environment name. Nothing else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressesToScan, canonicalAddress, serverRoot } from '../../../server/discovery/addresses.ts';
import { describeScanScope } from '../../../server/discovery/scan-scope.ts';
import { engines } from '../../../server/engines/table.ts';
import { isLoopback } from '../../../server/platform/loopback.ts';

const defaults = { definitions: engines, env: {}, endpoints: [], hasDockerSocket: false };

test('by default only this machine is scanned, by its loopback literals', () => {
  const addresses = addressesToScan({ ...defaults, hasDockerSocket: true });
  const hosts = new Set(addresses.map(({ root }) => new URL(root).hostname));
  assert.deepEqual([...hosts], ['127.0.0.1', '[::1]', 'docker-socket.localhost']);
  for (const host of hosts) assert.ok(isLoopback(host));
  for (const port of [11434, 12434, 8080, 1234, 8000])
    for (const host of ['127.0.0.1', '[::1]'])
      assert.ok(
        addresses.some(({ root }) => root === `http://${host}:${port}`),
        `${host}:${port}`,
      );
  assert.ok(addresses.every(({ isUserDefined }) => !isUserDefined));
});

test('addresses of the environment and the user come first', () => {
  const env = {
    OLLAMA_HOST: '192.168.1.5',
    MODEL_RUNNER_HOST: 'http://172.17.0.1:12434',
    LLAMA_ARG_HOST: '0.0.0.0',
    LLAMA_ARG_PORT: '9090',
  };
  const endpoints = ['http://localhost:8080/v1/', 'http://gpu.lan:8000'];
  const userDefined = addressesToScan({ ...defaults, env, endpoints, ports: [8080] }).filter(
    (each) => each.isUserDefined,
  );
  assert.deepEqual(
    userDefined.map(({ root }) => root),
    [
      'http://localhost:8080',
      'http://gpu.lan:8000',
      'http://192.168.1.5:11434',
      'http://127.0.0.1:9090',
      'http://172.17.0.1:12434',
    ],
  );
});

test('an address is scanned once, in any spelling', () => {
  const endpoints = ['http://localhost:8080', 'http://127.0.0.1:8080/', 'http://127.0.0.1:8080/v1'];
  const addresses = addressesToScan({ ...defaults, endpoints, ports: [8080] });
  assert.deepEqual(
    addresses.map(({ root }) => root),
    ['http://localhost:8080', 'http://[::1]:8080'],
  );
  assert.equal(canonicalAddress('http://localhost.evil.example:80'), 'http://localhost.evil.example:80');
});

test('an address with a password, or an invalid one, is not scanned', () => {
  for (const url of ['http://me:secret@127.0.0.1:1', 'file:///etc/passwd', 'nonsense'])
    assert.equal(serverRoot(url), undefined, url);
});

test('the root of an address is where a server is probed', () => {
  for (const [url, root] of [
    ['http://a:1/engines/v1', 'http://a:1'],
    ['http://a:1/engines', 'http://a:1'],
    ['http://a:1/v1', 'http://a:1'],
    ['http://a:1/prefix/v1/', 'http://a:1/prefix'],
    ['http://docker-socket.localhost/exp/vDD4.40/engines', 'http://docker-socket.localhost/exp/vDD4.40'],
  ] as const)
    assert.equal(serverRoot(url), root, url);
});

test('llama.cpp’s own environment variables name its address', () => {
  const baseUrlFromEnv = engines.find(({ kind }) => kind === 'llama-cpp')?.baseUrlFromEnv;
  for (const [host, port, url] of [
    [undefined, undefined, undefined],
    ['', '9090', 'http://127.0.0.1:9090'],
    ['192.168.1.5', undefined, 'http://192.168.1.5:8080'],
    ['::', '1', 'http://[::1]:1'],
    ['/run/llama.sock', '1', undefined],
    ['llama.sock', undefined, undefined],
    ['me:secret@evil.example', undefined, undefined],
    ['127.0.0.1', '99999', undefined],
    ['127.0.0.1', 'x', undefined],
  ] as const)
    assert.equal(baseUrlFromEnv?.({ LLAMA_ARG_HOST: host, LLAMA_ARG_PORT: port }), url, `${host} ${port}`);
});

test('describes the scope: this machine, a container, WSL, or a remote machine', () => {
  const scope = (env: Record<string, string>, release = '6.1.0', files: string[] = []) =>
    describeScanScope({ env, release, exists: (file) => files.includes(file) });
  assert.equal(scope({}), 'Looked on this machine.');
  assert.match(
    scope({}, '6.1.0', ['/.dockerenv']),
    /^Looked inside this container; .+rumbo\.local\.endpoints/,
  );
  assert.match(scope({ REMOTE_CONTAINERS: 'true' }), /container/);
  assert.match(scope({ WSL_DISTRO_NAME: 'Ubuntu' }), /WSL/);
  assert.match(scope({}, '5.15.90.1-microsoft-standard-WSL2'), /WSL/);
  assert.match(scope({ SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' }), /SSH/);
});
