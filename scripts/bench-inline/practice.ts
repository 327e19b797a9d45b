/**
 * The same typing in real time, with the real llama.cpp and Rumbo's own engine: half a screen of code, for minutes. Its toy
 * model always generates the same text, so that every completion is wrong: the worst case for the number of requests.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectEngine } from '../../server/engines/connect.ts';
import { llamaCpp } from '../../server/engines/llama-cpp/definition.ts';
import { steadyClock } from '../../server/inline-completion/clock.ts';
import { fitPrompt } from '../../server/inline-completion/context/prefix-and-suffix.ts';
import type { CompletionGenerator } from '../../server/inline-completion/generator.ts';
import { maxCompletionTokens } from '../../server/inline-completion/prompt-limits.ts';
import { generateWithFallback } from '../../server/inline-completion/prompting/generate-with-fallback.ts';
import { modeCache } from '../../server/inline-completion/prompting/mode-cache.ts';
import { createScheduler } from '../../server/inline-completion/scheduler.ts';
import { undiciHttp } from '../../server/platform/http.ts';
import { editor } from '../../test/support/typing/editor.ts';
import { naiveClient } from '../../test/support/typing/naive-client.ts';
import { typeOut } from '../../test/support/typing/typist.ts';
import { median } from '../bench/quantile.ts';
import { contextTokens, practiceModels } from '../practice/replies.ts';
import { startPracticeEngine } from '../practice/start.ts';
import { folders } from '../set-up/folders.ts';
import { report } from '../set-up/report.mjs';
import { partOf, type Result, renderer, resultOf, settings } from './typists.ts';

const keyMs = 160;
const units = 400;
const path = 'server/resilience/health.ts';
const clock = { ...steadyClock, sleep: (ms: number) => sleep(ms) };

/** Empty: the practice engine is not installed. */
export async function practiceSessions(): Promise<readonly Result[]> {
  if (!existsSync(join(folders.practice, 'engine', 'node_modules'))) return [];
  const practice = await startPracticeEngine({ report: report(process.stderr) });
  try {
    const results: Result[] = [];
    for (const client of ['naive', 'free'] as const) results.push(await typeWith(client, practice.baseUrl));
    return results;
  } finally {
    await practice.close();
  }
}

async function typeWith(client: 'naive' | 'free', baseUrl: string): Promise<Result> {
  const { http, dispose } = undiciHttp({ systemCertificates: false });
  try {
    const { generator, counts } = practiceGenerator(baseUrl, http);
    const source =
      client === 'naive'
        ? naiveClient(generator, renderer, clock)
        : createScheduler({ generator, renderer, settings: () => settings });
    const { file, from } = partOf(path);
    const to = file.lastIndexOf('\n', from + units);
    const simulatedEditor = editor(source, clock, { before: file.slice(0, from), after: file.slice(to) });
    const waits = await typeOut(file.slice(from, to), simulatedEditor, clock, { seed: 11, keyMs });
    // The last request is still in flight.
    await sleep(2_000);
    const { firstMs, ...counted } = counts;
    const run = { keyMs, tally: simulatedEditor.tally, waits, ...counted };
    return resultOf(client, Math.round(median(firstMs)), [keyMs], [run]);
  } finally {
    await dispose();
  }
}

function practiceGenerator(baseUrl: string, http: ReturnType<typeof undiciHttp>['http']) {
  const counts = { requests: 0, cancelled: 0, written: 0, firstMs: [] as number[] };
  const model = practiceModels[0]?.name ?? '';
  const engine = connectEngine({
    provider: 'practice',
    label: 'Practice',
    definition: llamaCpp,
    baseUrl,
    http,
    keys: { hasKey: () => false, acquire: async () => ({ key: undefined, reportLimits() {}, release() {} }) },
    limits: { connectMs: 5_000, firstPartMs: 60_000, betweenPartsMs: 60_000 },
  });
  const fill = generateWithFallback(modeCache());
  const id = `practice/${model}` as const;
  const generator: CompletionGenerator = {
    chooseModel: () => ({
      model: id,
      length: 'block',
      usualMs: counts.firstMs.length > 0 ? median(counts.firstMs) : null,
      free: true,
    }),
    async generate(context, shape, signal) {
      counts.requests++;
      const since = clock.now();
      let hasEnded = false;
      signal.addEventListener('abort', () => hasEnded || counts.cancelled++, { once: true });
      const limits = { contextTokens, outputTokens: maxCompletionTokens[shape], private: true };
      const target = {
        ...fitPrompt(context, limits, []),
        languageId: context.languageId,
        path,
        maxTokens: maxCompletionTokens[shape],
        stop: [],
        length: shape,
      };
      const { format, text } = await fill({ engine, kind: 'llama-cpp', baseUrl, model }, target, signal);
      counts.firstMs.push(clock.now() - since);
      async function* counted(): AsyncGenerator<string> {
        try {
          for await (const piece of text) {
            counts.written += piece.length;
            yield piece;
          }
        } finally {
          hasEnded = true;
        }
      }
      return { model: id, format, text: counted() };
    },
  };
  return { generator, counts };
}
