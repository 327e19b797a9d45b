import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { freeBytes, modelsFolder } from '../../../server/models/disk-space.ts';
import { diskSpaceCheck } from '../../../server/models/disk-space-check.ts';
import { neverAborted, until } from '../../support/local-engines/engine.ts';

const home = mkdtempSync(join(tmpdir(), 'rumbo-'));

test('the folder of an engine’s models is the one the environment names, else its usual one, if it is there', () => {
  assert.equal(modelsFolder('llama-cpp', {}, home), undefined);
  mkdirSync(join(home, '.cache', 'llama.cpp'), { recursive: true });
  assert.equal(modelsFolder('llama-cpp', {}, home), join(home, '.cache', 'llama.cpp'));
  mkdirSync(join(home, 'own'));
  assert.equal(modelsFolder('llama-cpp', { LLAMA_CACHE: join(home, 'own') }, home), join(home, 'own'));
  assert.equal(modelsFolder('lm-studio', {}, home), undefined);
  assert.equal(modelsFolder('vllm', {}, home), undefined);
});

test('free space is that of the disk; of a folder that is not there nobody knows', async () => {
  assert.ok(((await freeBytes(home)) ?? 0) > 0);
  assert.equal(await freeBytes(join(home, 'none')), undefined);
});

const free = (bytes: number | undefined) => async () => bytes;

test('a download that does not fit is ended with a sentence as soon as its size is told', async () => {
  const guard = diskSpaceCheck(
    'big',
    { lifecycle: { label: 'Ollama', canCancelPull: true }, freeBytes: free(20e9) },
    neverAborted(),
  );
  guard.onProgress({ stage: 'downloading', completedBytes: 1e9, totalBytes: 30e9 });
  await until(() => guard.signal.aborted);
  const error = guard.error();
  assert.equal(error?.message, '“big” needs 29.0 GB more, and the disk of Ollama’s models has 20.0 GB free.');
  assert.equal(error?.kind, 'invalid-request');
  assert.match(error?.data.action ?? '', /smaller model/);
});

test('what is on disk of an earlier download needs no room again', async () => {
  const guard = diskSpaceCheck(
    'big',
    { lifecycle: { label: 'Ollama', canCancelPull: true }, freeBytes: free(20e9) },
    neverAborted(),
  );
  guard.onProgress({ stage: 'downloading', completedBytes: 25e9, totalBytes: 30e9 });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(guard.signal.aborted, false);
});

test('a little is left free, and a disk that nobody sees refuses nothing', async () => {
  const tight = diskSpaceCheck(
    'big',
    { lifecycle: { label: 'Ollama', canCancelPull: true }, freeBytes: free(30.5e9) },
    neverAborted(),
  );
  tight.onProgress({ stage: 'downloading', completedBytes: 0, totalBytes: 30e9 });
  await until(() => tight.signal.aborted);
  for (const unseen of [{}, { freeBytes: free(undefined) }]) {
    const guard = diskSpaceCheck(
      'big',
      { lifecycle: { label: 'Ollama', canCancelPull: true }, ...unseen },
      neverAborted(),
    );
    guard.onProgress({ stage: 'downloading', completedBytes: 0, totalBytes: 30e12 });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(guard.error(), undefined);
  }
});

test('where a download cannot be ended from here, the user is told to', async () => {
  const guard = diskSpaceCheck(
    'big',
    { lifecycle: { label: 'LM Studio', canCancelPull: false }, freeBytes: free(1) },
    neverAborted(),
  );
  guard.onProgress({ stage: 'downloading', totalBytes: 5e7 });
  await until(() => guard.signal.aborted);
  assert.match(guard.error()?.message ?? '', /needs 50 MB more/);
  assert.match(guard.error()?.data.action ?? '', /stop the download in LM Studio/);
});
