/** Stores in temporary folders, and lists of models, for tests. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { ListedModel } from '../../../server/engines/local-engine.ts';
import { type ModelsStore, modelsStore } from '../../../server/models/models-store.ts';

const closers: (() => void)[] = [];
after(() => {
  for (const close of closers) close();
});

/** Disposes of it after the tests of the file. */
export function disposeAfterTests<Disposable extends { dispose(): void }>(made: Disposable): Disposable {
  closers.push(() => made.dispose());
  return made;
}

/** Removed after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rumbo-models-'));
  closers.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** @param folder absent: nothing is written */
export const storeIn = (folder?: string, warn: (message: string) => void = assert.fail): ModelsStore =>
  disposeAfterTests(modelsStore(folder, warn));

export const listedModels = (...names: string[]): ListedModel[] => names.map((name) => ({ name }));

export const rejectAsDown = () => Promise.reject(new Error('down'));
