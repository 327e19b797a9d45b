/** What past answers tell of the next one: how fast each model is, how it counts tokens, how long answers get. */
import type { Usage } from '../../shared/chat.ts';
import type { ModelSpeed, OutputRange, TokenRatio } from '../../shared/model-stats.ts';
import { modelFamily } from '../../shared/models.ts';

/** One answer, looked back at. */
export type AnswerSample = {
  /** `provider/model`. */
  readonly model: string;
  readonly task: string;
  /** Tokens of the prompt as estimated before it was sent. */
  readonly estimatedTokens: number;
  /** As the provider counted. */
  readonly usage: Pick<Usage, 'input' | 'output'>;
  /** Milliseconds from sending to the first text. `null`: none came. */
  readonly firstTokenMs: number | null;
  /** Milliseconds from the first text to the end. */
  readonly streamMs: number;
};

/** Answers that are remembered of each kind; older ones make room. */
const kept = 32;
/** Answers before their counts are trusted. */
const enough = 3;
/** Tokens of an answer from which its speed is worth a measurement. */
const tellingTokens = 16;
/** Prompts of about the same size answer about as fast: up to so many tokens. */
const sizes = [1_000, 8_000, Number.POSITIVE_INFINITY] as const;

/** What is worked out is worked out when an answer ends: questions come more often than they teach. */
export function modelStats() {
  /** By size of prompt and model id: what was measured, and what it comes to, or failing that at another size. */
  const measured = sizes.map(() => new Map<string, { first: number[]; rate: number[] }>());
  const speeds = sizes.map(() => new Map<string, ModelSpeed>());
  const ratios = new Map<string, number[]>();
  const tokenRatios = new Map<string, TokenRatio>();
  const lengths = new Map<string, number[]>();
  const outputs = new Map<string, OutputRange>();

  const learnSpeed = ({ model, estimatedTokens, usage, firstTokenMs, streamMs }: AnswerSample): void => {
    if (firstTokenMs === null) return;
    const size = sizeOf(estimatedTokens);
    const seen = measured[size]?.get(model) ?? { first: [], rate: [] };
    measured[size]?.set(model, seen);
    push(seen.first, firstTokenMs);
    if (usage.output >= tellingTokens && streamMs > 0) push(seen.rate, (usage.output * 1000) / streamMs);
    const speed = {
      firstTokenMs: quantile(seen.first, 0.5),
      tokensPerSecond: seen.rate.length > 0 ? quantile(seen.rate, 0.5) : null,
    };
    for (const [each, table] of speeds.entries()) {
      if (each === size || !measured[each]?.has(model)) table.set(model, speed);
    }
  };

  const learnCounting = ({ model, estimatedTokens, usage }: AnswerSample): void => {
    if (estimatedTokens <= 0 || usage.input <= 0) return;
    const family = modelFamily(model);
    const seen = remember(ratios, family, usage.input / estimatedTokens);
    if (seen.length < enough) return;
    const ratio = quantile(seen, 0.5);
    const off = seen.map((each) => Math.abs(each / ratio - 1));
    tokenRatios.set(family, { ratio, error: quantile(off, 0.5) });
  };

  const learnLength = ({ task, usage }: AnswerSample): void => {
    if (usage.output <= 0) return;
    const seen = remember(lengths, task, usage.output);
    if (seen.length < enough) return;
    const at = (share: number) => quantile(seen, share);
    outputs.set(task, { low: at(0.1), typical: at(0.5), high: at(0.9) });
  };

  return {
    record(lesson: AnswerSample): void {
      learnSpeed(lesson);
      learnCounting(lesson);
      learnLength(lesson);
    },
    /** By model id: its speed on prompts of this size, else on any. */
    speeds: (promptTokens: number): ReadonlyMap<string, ModelSpeed> =>
      speeds[sizeOf(promptTokens)] ?? new Map(),
    /** By family of models. */
    tokenRatios: (): ReadonlyMap<string, TokenRatio> => tokenRatios,
    /** `undefined`: too few answers yet. */
    outputRange: (task: string): OutputRange | undefined => outputs.get(task),
  };
}

export type ModelStats = ReturnType<typeof modelStats>;

const sizeOf = (promptTokens: number): number => sizes.findIndex((most) => promptTokens <= most);

function remember(map: Map<string, number[]>, key: string, value: number): readonly number[] {
  const seen = map.get(key) ?? [];
  map.set(key, seen);
  push(seen, value);
  return seen;
}

function push(seen: number[], value: number): void {
  seen.push(value);
  if (seen.length > kept) seen.shift();
}

/** @param share 0–1 */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
