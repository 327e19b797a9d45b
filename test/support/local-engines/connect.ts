/** A local engine as the server sets it up, connected to a fake over real HTTP, and what tests wait with. */
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { bearer } from '../../../server/engines/define.ts';
import type { EngineDefinition } from '../../../server/engines/engine.ts';
import type { EngineProgress, NativeApi } from '../../../server/engines/local-engine.ts';
import { nativeApi } from '../../../server/engines/native-api.ts';
import { engines } from '../../../server/engines/table.ts';
import { defaultTimeLimits } from '../../../server/engines/time-limits.ts';
import { type LocalEngine, localEngine } from '../../../server/models/local-engine.ts';
import '../load-undici.ts';
import { undiciHttp } from '../../../server/platform/http.ts';
import { keySource } from '../key-source.ts';

const { http, dispose } = undiciHttp();
after(dispose);

export function definitionOf(kind: string): EngineDefinition {
  const definition = engines.find((each) => each.kind === kind);
  assert.ok(definition, `there is no engine ${kind}`);
  return definition;
}

/** The own interface of an engine of this kind; the provider has the name of the kind. */
export const nativeApiAt = (kind: string, baseUrl: string, key?: string): NativeApi =>
  nativeApi({
    provider: kind,
    label: definitionOf(kind).label,
    definition: { key: 'optional', headers: bearer },
    baseUrl,
    http,
    keys: keySource(key),
    limits: defaultTimeLimits.local,
  });

/** An engine that can manage models. @param env may name the folder of its models */
export function localEngineAt(
  kind: string,
  baseUrl: string,
  env: Readonly<Record<string, string>> = {},
): LocalEngine {
  const definition = definitionOf(kind);
  const { label } = definition;
  const engine = localEngine({ definition, label, baseUrl }, nativeApiAt(kind, baseUrl), env);
  assert.ok(engine);
  return engine;
}

export const neverAborted = (): AbortSignal => new AbortController().signal;

/** Closes a fake after the tests of its file. */
export function closeAfterTests<Fake extends { close(): Promise<void> }>(fake: Fake): Fake {
  after(() => fake.close());
  return fake;
}

/** Resolves when the condition holds; fails after five seconds. */
export async function until(condition: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 1_000; attempt++) {
    if (condition()) return;
    await sleep(5);
  }
  throw new Error(`The condition never held: ${condition}.`);
}

/** One text for each different step: the stage, and completed bytes of all if known. */
export const summarizeProgress = (steps: readonly EngineProgress[]): string[] =>
  steps
    .map(({ stage, completedBytes, totalBytes }) =>
      completedBytes === undefined ? stage : `${stage} ${completedBytes}/${totalBytes}`,
    )
    .filter((each, index, all) => each !== all[index - 1]);
