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
  const measured = sizeClasses.map(() => new Map<string, { first: RecentValues; rate: RecentValues }>());
  const speeds = sizeClasses.map(() => new Map<string, ModelSpeed>());
  /** By size class and model id: milliseconds from sending to the first part of any type. */
  const firstParts = sizeClasses.map(() => new Map<string, RecentValues>());
  const ratios = new Map<string, RecentValues>();
  const tokenRatios = new Map<string, TokenRatio>();
  const lengths = new Map<string, RecentValues>();
  const outputs = new Map<string, OutputRange>();

  const recordSpeed = ({ model, estimatedTokens, usage, firstTokenMs, streamMs }: AnswerSample): void => {
    if (firstTokenMs === null) return;
    const size = sizeOf(estimatedTokens);
    const values = measured[size]?.get(model) ?? { first: recentValues(), rate: recentValues() };
    measured[size]?.set(model, values);
    values.first.add(firstTokenMs);
    if (usage.output >= minMeasuredTokens && streamMs > 0) values.rate.add((usage.output * 1000) / streamMs);
    const speed = {
      firstTokenMs: values.first.quantile(0.5),
      tokensPerSecond: values.rate.count > 0 ? values.rate.quantile(0.5) : null,
    };
    for (const [each, table] of speeds.entries()) {
      if (each === size || !measured[each]?.has(model)) table.set(model, speed);
    }
  };

  const recordTokenRatio = ({ model, estimatedTokens, usage }: AnswerSample): void => {
    if (estimatedTokens <= 0 || usage.input <= 0) return;
    const family = modelFamily(model);
    const values = valuesOf(ratios, family);
    values.add(usage.input / estimatedTokens);
    if (values.count < minSamples) return;
    tokenRatios.set(family, { ratio: values.quantile(0.5), error: values.medianDeviation() });
  };

  const recordLength = ({ task, usage }: AnswerSample): void => {
    if (usage.output <= 0) return;
    const values = valuesOf(lengths, task);
    values.add(usage.output);
    if (values.count < minSamples) return;
    const { quantile } = values;
    outputs.set(task, { low: quantile(0.1), typical: quantile(0.5), high: quantile(0.9) });
  };

  return {
    record(sample: AnswerSample): void {
      recordSpeed(sample);
      recordTokenRatio(sample);
      recordLength(sample);
    },
    /** @param ms from sending to the first part, also one of reasoning */
    recordFirstPart(model: string, promptTokens: number, ms: number): void {
      const values = firstParts[sizeOf(promptTokens)];
      if (values) valuesOf(values, model).add(ms);
    },
    /**
     * Milliseconds to the first part that 19 of 20 answers of the model stayed within, for prompts of this size, else of
     * any. `undefined`: not measured.
     */
    firstPartP95Ms(model: string, promptTokens: number): number | undefined {
      const size = sizeOf(promptTokens);
      const values =
        firstParts[size]?.get(model) ??
        firstParts.map((each) => each.get(model)).find((each) => each !== undefined) ??
        measured[size]?.get(model)?.first;
      return values?.quantile(0.95);
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

function sizeOf(promptTokens: number): number {
  let size = 0;
  while (promptTokens > (sizeClasses[size] ?? 0) && size < sizeClasses.length - 1) size++;
  return size;
}

function valuesOf(map: Map<string, RecentValues>, key: string): RecentValues {
  const values = map.get(key) ?? recentValues();
  map.set(key, values);
  return values;
}

/** The latest values of one statistic, in their order and by size, so that none is sorted again for each answer. */
function recentValues() {
  const inOrder: number[] = [];
  const bySize: number[] = [];
  const indexOf = (value: number): number => {
    let from = 0;
    let to = bySize.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((bySize[middle] ?? 0) < value) from = middle + 1;
      else to = middle;
    }
    return from;
  };
  return {
    get count() {
      return inOrder.length;
    },
    add(value: number): void {
      inOrder.push(value);
      bySize.splice(indexOf(value), 0, value);
      if (inOrder.length > maxSamples) bySize.splice(indexOf(inOrder.shift() ?? 0), 1);
    },
    /** @param share 0–1 */
    quantile: (share: number): number => quantileOf(bySize, share),
    /** How far half of the values are at most from the median, as a share of it. */
    medianDeviation(): number {
      const median = quantileOf(bySize, 0.5);
      // A typed array sorts numbers without a comparison function.
      const deviations = new Float64Array(bySize.length);
      for (let index = 0; index < deviations.length; index++)
        deviations[index] = Math.abs((bySize[index] ?? 0) / median - 1);
      return quantileOf(deviations.sort(), 0.5);
    },
  };
}

type RecentValues = ReturnType<typeof recentValues>;

/** @param sorted the smallest first; 0 without values */
const quantileOf = (sorted: ArrayLike<number>, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
