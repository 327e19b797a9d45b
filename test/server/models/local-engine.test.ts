import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import type { EngineLifecycle } from '../../../server/engines/local-engine.ts';
import { localEngine } from '../../../server/models/local-engine.ts';
import { definitionOf, nativeApiAt } from '../../support/local-engines/connect.ts';

const lifecycle = { label: 'Lab' } as EngineLifecycle;
const folder = mkdtempSync(`${tmpdir()}/rumbo-`);
const engineAt = (baseUrl: string, modelFolders?: () => readonly string[]) =>
  localEngine(
    {
      definition: { lifecycle: () => lifecycle, ...(modelFolders ? { modelFolders } : {}) },
      label: 'Lab',
      baseUrl,
    },
    nativeApiAt('ollama', baseUrl),
    {},
  );

test('an engine that serves the models it was started with cannot be managed', () => {
  for (const kind of ['vllm', 'openai-compatible', 'gemini']) {
    const definition = definitionOf(kind);
    const baseUrl = 'http://127.0.0.1:1';
    assert.equal(
      localEngine({ definition, label: kind, baseUrl }, nativeApiAt(kind, baseUrl), {}),
      undefined,
    );
  }
});

test('free space is known for an engine on this machine whose folder exists', async () => {
  const local = engineAt('http://127.0.0.1:1', () => [folder]);
  assert.equal(local?.lifecycle, lifecycle);
  assert.ok(((await local?.freeBytes?.()) ?? 0) > 0);
  assert.equal(engineAt('http://gpu.lan:1', () => [folder])?.freeBytes, undefined, 'another machine');
  assert.equal(engineAt('http://127.0.0.1:1', () => ['/nowhere'])?.freeBytes, undefined);
  assert.equal(engineAt('http://127.0.0.1:1')?.freeBytes, undefined);
});
