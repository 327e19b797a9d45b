import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  discoveredText,
  endpointDetail,
  endpointHost,
  endpointTooltip,
} from '../../../client/format/discovery.ts';
import { sampleEndpoint } from '../samples.ts';

test('servers that need a key or are still loading are listed with their state', () => {
  const endpoints = [
    sampleEndpoint({ label: 'vLLM', state: 'needs-key' }),
    sampleEndpoint({ state: 'loading', use: 'used' }),
  ];
  assert.equal(
    discoveredText({ endpoints, scope: 'Looked here.' }),
    'Found vLLM at 127.0.0.1:9090, not in use, needs a key; llama.cpp at 127.0.0.1:9090, in use, still loading its model. Looked here.',
  );
});

test('a notification names a few servers and counts the rest', () => {
  const text = discoveredText({
    endpoints: Array.from({ length: 7 }, () => sampleEndpoint()),
    scope: 'Here.',
  });
  assert.match(text, /; and 2 more\. Here\.$/);
});

test('a server’s version and models are on one line', () => {
  const models = ['a', 'b\n![x](https://evil.example/x.png)', 'c', 'd'];
  const one = sampleEndpoint({ version: '0.9.1', router: true, models });
  assert.equal(
    endpointDetail(one),
    'version 0.9.1 · loads models on demand · 4 models: a, b ![x](https://evil.example/x.png), c, …',
  );
  assert.equal(endpointTooltip(one).split('\n').length, 2);
  assert.equal(endpointDetail(sampleEndpoint({ models: [] })), '');
});

test('a URL without a host is shown in full', () => {
  assert.equal(endpointHost('http://[::1]:8080/v1'), '[::1]:8080');
  assert.equal(endpointHost('unix:///var/run/docker.sock'), 'unix:///var/run/docker.sock');
});
