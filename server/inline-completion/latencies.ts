/** How long each model takes to its first text and its first line, by prompt size; the latest samples weigh most. */
import type { ModelId } from '../../shared/chat.ts';

export type Latency = {
  /** Milliseconds to the first text, in the median. */
  readonly usualMs: number;
  /** Milliseconds within which the first text arrived 19 times in 20. `null`: too few samples. */
  readonly lateAfterMs: number | null;
  /** Milliseconds to the first whole line, in the median. */
  readonly lineMs: number;
};

type Sample = { readonly textMs: number; readonly lineMs: number };

/** Upper bounds in tokens: prompts of about the same size take about as long. */
const sizes = [512, 2_048, Number.POSITIVE_INFINITY] as const;
/** Per model and size. */
const maxSamples = 48;
/** After this many newer samples a sample weighs half. */
const halfLife = 12;
/** Samples before `lateAfterMs` is known. */
const minSamples = 5;
/** A cancelled request without text counts as a sample from this many milliseconds, if the model has no other sample. */
const slowMs = 1_000;

export function latencies() {
  /** By model, then by size; newest first. */
  const models = new Map<ModelId, Sample[][]>();
  const computed = new Map<string, Latency>();

  const record = (model: ModelId, promptTokens: number, sample: Sample): void => {
    const bySize = models.get(model) ?? sizes.map(() => []);
    models.set(model, bySize);
    const samples = bySize[sizeOf(promptTokens)];
    samples?.unshift(sample);
    if (samples && samples.length > maxSamples) samples.pop();
    for (const size of sizes.keys()) computed.delete(`${size} ${model}`);
  };

  /** @returns `undefined`: never measured. Without samples of this size those of the nearest size are used */
  const of = (model: ModelId, promptTokens: number): Latency | undefined => {
    const size = sizeOf(promptTokens);
    const key = `${size} ${model}`;
    const cached = computed.get(key);
    if (cached) return cached;
    const bySize = models.get(model);
    const nearest = [...sizes.keys()].sort((a, b) => Math.abs(a - size) - Math.abs(b - size));
    const samples = nearest.map((each) => bySize?.[each] ?? []).find(({ length }) => length > 0);
    if (!samples) return undefined;
    const latency: Latency = {
      usualMs: quantile(samples, 0.5, ({ textMs }) => textMs),
      lateAfterMs: samples.length < minSamples ? null : quantile(samples, 0.95, ({ textMs }) => textMs),
      lineMs: quantile(samples, 0.5, ({ lineMs }) => lineMs),
    };
    computed.set(key, latency);
    return latency;
  };

  return {
    record,
    of,
    /** The request was cancelled after this long without text: a sample only if it is more than the usual time. */
    recordSilence(model: ModelId, promptTokens: number, ms: number): void {
      const latency = of(model, promptTokens);
      if (ms > (latency ? latency.usualMs : slowMs)) record(model, promptTokens, { textMs: ms, lineMs: ms });
    },
  };
}

export type Latencies = ReturnType<typeof latencies>;

const sizeOf = (promptTokens: number): number => sizes.findIndex((max) => promptTokens <= max);

/** @param samples newest first; the weight of each halves with every `halfLife` newer ones */
function quantile(samples: readonly Sample[], share: number, msOf: (sample: Sample) => number): number {
  const weighted = samples
    .map((sample, age) => ({ value: msOf(sample), weight: 0.5 ** (age / halfLife) }))
    .sort((a, b) => a.value - b.value);
  let left = share * weighted.reduce((sum, { weight }) => sum + weight, 0);
  for (const { value, weight } of weighted) {
    left -= weight;
    if (left <= 0) return value;
  }
  return weighted.at(-1)?.value ?? 0;
}
