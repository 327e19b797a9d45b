/** Statistics of earlier answers that predict the next one: speed of each model, its token count, length of answers. */
import type { Usage } from '../../shared/chat.ts';
import type { ModelSpeed, OutputRange, TokenRatio } from '../../shared/model-stats.ts';
import { modelFamily } from '../../shared/models.ts';

/** The measurements of one answer. */
export type AnswerSample = {
  /** `provider/model`. */
  readonly model: string;
  readonly task: string;
  /** Tokens of the prompt as estimated before it was sent. */
  readonly estimatedTokens: number;
  /** As the provider reported. */
  readonly usage: Pick<Usage, 'input' | 'output'>;
  /** Milliseconds from sending to the first text. `null`: none arrived. */
  readonly firstTokenMs: number | null;
  /** Milliseconds from the first text to the end. */
  readonly streamMs: number;
};

/** Values per statistic; new ones replace the oldest. */
const maxSamples = 32;
/** Values from which a statistic is used. */
const minSamples = 3;
/** Tokens of an answer from which its speed is measured. */
const minMeasuredTokens = 16;
/** Upper bounds of the size classes, in tokens: prompts of one class are answered about as fast. */
const sizeClasses = [1_000, 8_000, Number.POSITIVE_INFINITY] as const;

/** Statistics are computed when an answer ends: they are read more often than written. */
export function createModelStats() {
  /** By size class and model id: the measurements, and the speed they give, else that of another size class. */
  const measured = sizeClasses.map(() => new Map<string, { first: number[]; rate: number[] }>());
  const speeds = sizeClasses.map(() => new Map<string, ModelSpeed>());
  const ratios = new Map<string, number[]>();
  const tokenRatios = new Map<string, TokenRatio>();
  const lengths = new Map<string, number[]>();
  const outputs = new Map<string, OutputRange>();

  const recordSpeed = ({ model, estimatedTokens, usage, firstTokenMs, streamMs }: AnswerSample): void => {
    if (firstTokenMs === null) return;
    const size = sizeOf(estimatedTokens);
    const values = measured[size]?.get(model) ?? { first: [], rate: [] };
    measured[size]?.set(model, values);
    push(values.first, firstTokenMs);
    if (usage.output >= minMeasuredTokens && streamMs > 0)
      push(values.rate, (usage.output * 1000) / streamMs);
    const speed = {
      firstTokenMs: quantile(values.first, 0.5),
      tokensPerSecond: values.rate.length > 0 ? quantile(values.rate, 0.5) : null,
    };
    for (const [each, table] of speeds.entries()) {
      if (each === size || !measured[each]?.has(model)) table.set(model, speed);
    }
  };

  const recordTokenRatio = ({ model, estimatedTokens, usage }: AnswerSample): void => {
    if (estimatedTokens <= 0 || usage.input <= 0) return;
    const family = modelFamily(model);
    const values = addValue(ratios, family, usage.input / estimatedTokens);
    if (values.length < minSamples) return;
    const ratio = quantile(values, 0.5);
    const deviations = values.map((each) => Math.abs(each / ratio - 1));
    tokenRatios.set(family, { ratio, error: quantile(deviations, 0.5) });
  };

  const recordLength = ({ task, usage }: AnswerSample): void => {
    if (usage.output <= 0) return;
    const values = addValue(lengths, task, usage.output);
    if (values.length < minSamples) return;
    const at = (share: number) => quantile(values, share);
    outputs.set(task, { low: at(0.1), typical: at(0.5), high: at(0.9) });
  };

  return {
    record(sample: AnswerSample): void {
      recordSpeed(sample);
      recordTokenRatio(sample);
      recordLength(sample);
    },
    /** By model id: the speed for prompts of this size, else for any. */
    speeds: (promptTokens: number): ReadonlyMap<string, ModelSpeed> =>
      speeds[sizeOf(promptTokens)] ?? new Map(),
    /** By model family. */
    tokenRatios: (): ReadonlyMap<string, TokenRatio> => tokenRatios,
    /** `undefined`: too few answers yet. */
    outputRange: (task: string): OutputRange | undefined => outputs.get(task),
  };
}

export type ModelStats = ReturnType<typeof createModelStats>;

const sizeOf = (promptTokens: number): number => sizeClasses.findIndex((max) => promptTokens <= max);

function addValue(map: Map<string, number[]>, key: string, value: number): readonly number[] {
  const values = map.get(key) ?? [];
  map.set(key, values);
  push(values, value);
  return values;
}

function push(values: number[], value: number): void {
  values.push(value);
  if (values.length > maxSamples) values.shift();
}

/** @param share 0–1 */
function quantile(values: readonly number[], share: number): number {
  // A typed array sorts numbers without a comparison function: several are sorted for each answer.
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
