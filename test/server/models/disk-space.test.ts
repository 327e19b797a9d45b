import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { freeBytes, modelsFolder } from '../../../server/models/disk-space.ts';
import { diskSpaceCheck } from '../../../server/models/disk-space-check.ts';
import { definitionOf, neverAborted, until } from '../../support/local-engines/connect.ts';

const home = mkdtempSync(join(tmpdir(), 'rumbo-'));

test('the folder of an engine’s models is the one in the environment, else an existing default one', () => {
  assert.equal(modelsFolder(definitionOf('llama-cpp'), {}, home), undefined);
  mkdirSync(join(home, '.cache', 'llama.cpp'), { recursive: true });
  assert.equal(modelsFolder(definitionOf('llama-cpp'), {}, home), join(home, '.cache', 'llama.cpp'));
  mkdirSync(join(home, 'own'));
  assert.equal(
    modelsFolder(definitionOf('llama-cpp'), { LLAMA_CACHE: join(home, 'own') }, home),
    join(home, 'own'),
  );
  assert.equal(modelsFolder(definitionOf('lm-studio'), {}, home), undefined);
  assert.equal(modelsFolder(definitionOf('vllm'), {}, home), undefined);
});

test('free space is that of the disk, and unknown for an absent folder', async () => {
  assert.ok(((await freeBytes(home)) ?? 0) > 0);
  assert.equal(await freeBytes(join(home, 'none')), undefined);
});

const free = (bytes: number | undefined) => async () => bytes;

test('a download that does not fit is cancelled with a sentence as soon as its size is known', async () => {
  const check = diskSpaceCheck(
    'big',
    { lifecycle: { label: 'Ollama', canCancelPull: true }, freeBytes: free(20e9) },
    neverAborted(),
  );
  check.onProgress({ stage: 'downloading', completedBytes: 1e9, totalBytes: 30e9 });
  await until(() => check.signal.aborted);
  const error = check.error();
  assert.equal(error?.message, '“big” needs 29.0 GB more, and the disk of Ollama’s models has 20.0 GB free.');
  assert.equal(error?.kind, 'invalid-request');
  assert.match(error?.data.action ?? '', /smaller model/);
});

test('bytes of an earlier download need no space again', async () => {
  const check = diskSpaceCheck(
    'big',
    { lifecycle: { label: 'Ollama', canCancelPull: true }, freeBytes: free(20e9) },
    neverAborted(),
  );
  check.onProgress({ stage: 'downloading', completedBytes: 25e9, totalBytes: 30e9 });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(check.signal.aborted, false);
});

test('some space stays free, and an unknown disk cancels nothing', async () => {
  const tight = diskSpaceCheck(
    'big',
    { lifecycle: { label: 'Ollama', canCancelPull: true }, freeBytes: free(30.5e9) },
    neverAborted(),
  );
  tight.onProgress({ stage: 'downloading', completedBytes: 0, totalBytes: 30e9 });
  await until(() => tight.signal.aborted);
  for (const unknown of [{}, { freeBytes: free(undefined) }]) {
    const check = diskSpaceCheck(
      'big',
      { lifecycle: { label: 'Ollama', canCancelPull: true }, ...unknown },
      neverAborted(),
    );
    check.onProgress({ stage: 'downloading', completedBytes: 0, totalBytes: 30e12 });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(check.error(), undefined);
  }
});

test('names the engine in which the user can stop a download that cannot be cancelled', async () => {
  const check = diskSpaceCheck(
    'big',
    { lifecycle: { label: 'LM Studio', canCancelPull: false }, freeBytes: free(1) },
    neverAborted(),
  );
  check.onProgress({ stage: 'downloading', totalBytes: 5e7 });
  await until(() => check.signal.aborted);
  assert.match(check.error()?.message ?? '', /needs 50 MB more/);
  assert.match(check.error()?.data.action ?? '', /stop the download in LM Studio/);
});
