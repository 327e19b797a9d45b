/** A local engine as the server sets it up, over a real connection to a fake, and what a test waits with. */
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { bearer } from '../../../server/engines/define.ts';
import { defaultTimeLimits } from '../../../server/engines/time-limits.ts';
import type { EngineProgress } from '../../../server/models/local-engine.ts';
import type { NativeConnection } from '../../../server/models/native-api.ts';
import '../load-undici.ts';
import { undiciHttp } from '../../../server/platform/http.ts';
import { keySource } from '../key-source.ts';

const { http, dispose } = undiciHttp();
after(dispose);

export const connectionTo = (kind: string, baseUrl: string, key?: string): NativeConnection => ({
  provider: kind,
  label: labels[kind] ?? kind,
  definition: { kind, key: 'optional', headers: bearer },
  baseUrl,
  http,
  keys: keySource(key),
  limits: defaultTimeLimits.local,
});

const labels: Readonly<Record<string, string>> = {
  ollama: 'Ollama',
  'docker-model-runner': 'Docker Model Runner',
  'llama-cpp': 'llama.cpp',
  'lm-studio': 'LM Studio',
};

/** Nobody aborts it. */
export const neverAborted = (): AbortSignal => new AbortController().signal;

/** Closes a fake when the tests of its file are over. */
export function closeAfterTests<Fake extends { close(): Promise<void> }>(fake: Fake): Fake {
  after(() => fake.close());
  return fake;
}

/** Resolves when a condition holds; fails after five seconds. */
export async function until(holds: () => boolean): Promise<void> {
  for (let look = 0; look < 1_000; look++) {
    if (holds()) return;
    await sleep(5);
  }
  throw new Error(`It never came to ${holds}.`);
}

/** What was told, one word for each step: the stage, and the share of what is known to come. */
export const summarizeProgress = (steps: readonly EngineProgress[]): string[] =>
  steps
    .map(({ stage, completedBytes, totalBytes }) =>
      completedBytes === undefined ? stage : `${stage} ${completedBytes}/${totalBytes}`,
    )
    .filter((each, index, all) => each !== all[index - 1]);
