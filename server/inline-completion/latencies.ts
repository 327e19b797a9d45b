/** How long each model takes to its first text and its first line, by the size of the prompt; the latest answers count most. */
import type { ModelId } from '../../shared/chat.ts';

export type Latency = {
  /** Milliseconds to the first text, in the median. */
  readonly usualMs: number;
  /** Milliseconds within which it has spoken 19 times in 20. `null`: too few answers to tell. */
  readonly lateAfterMs: number | null;
  /** Milliseconds to the first whole line, in the median. */
  readonly lineMs: number;
};

type Sample = { readonly textMs: number; readonly lineMs: number };

/** Prompts of about the same size take about as long: up to so many tokens. */
const sizes = [512, 2_048, Number.POSITIVE_INFINITY] as const;
/** Answers that are remembered of each size. */
const maxSamples = 48;
/** After so many newer ones an answer counts half. */
const halfLife = 12;
/** Answers before anybody is called late. */
const minSamples = 5;
/** Milliseconds of silence from which a model that was not heard out is known to be slow, if nothing else is known of it. */
const slowMs = 1_000;

export function latencies() {
  /** By model, then by size; newest first. */
  const models = new Map<ModelId, Sample[][]>();
  const worked = new Map<string, Latency>();

  const record = (model: ModelId, promptTokens: number, sample: Sample): void => {
    const bySize = models.get(model) ?? sizes.map(() => []);
    models.set(model, bySize);
    const samples = bySize[sizeOf(promptTokens)];
    samples?.unshift(sample);
    if (samples && samples.length > maxSamples) samples.pop();
    for (const size of sizes.keys()) worked.delete(`${size} ${model}`);
  };

  /** @returns `undefined`: never measured. What is known of prompts of another size is better than nothing */
  const of = (model: ModelId, promptTokens: number): Latency | undefined => {
    const size = sizeOf(promptTokens);
    const key = `${size} ${model}`;
    const known = worked.get(key);
    if (known) return known;
    const bySize = models.get(model);
    const nearest = [...sizes.keys()].sort((a, b) => Math.abs(a - size) - Math.abs(b - size));
    const samples = nearest.map((each) => bySize?.[each] ?? []).find(({ length }) => length > 0);
    if (!samples) return undefined;
    const latency: Latency = {
      usualMs: quantile(samples, 0.5, ({ textMs }) => textMs),
      lateAfterMs: samples.length < minSamples ? null : quantile(samples, 0.95, ({ textMs }) => textMs),
      lineMs: quantile(samples, 0.5, ({ lineMs }) => lineMs),
    };
    worked.set(key, latency);
    return latency;
  };

  return {
    record,
    of,
    /** It was sent away after so much silence: that teaches only where it is more than was known. */
    recordSilence(model: ModelId, promptTokens: number, ms: number): void {
      const known = of(model, promptTokens);
      if (ms > (known ? known.usualMs : slowMs)) record(model, promptTokens, { textMs: ms, lineMs: ms });
    },
  };
}

export type Latencies = ReturnType<typeof latencies>;

const sizeOf = (promptTokens: number): number => sizes.findIndex((most) => promptTokens <= most);

/** @param samples newest first; the weight of each halves with every `halfLife` newer ones */
function quantile(samples: readonly Sample[], share: number, msOf: (sample: Sample) => number): number {
  const weighed = samples
    .map((sample, age) => ({ value: msOf(sample), weight: 0.5 ** (age / halfLife) }))
    .sort((a, b) => a.value - b.value);
  let left = share * weighed.reduce((sum, { weight }) => sum + weight, 0);
  for (const { value, weight } of weighed) {
    left -= weight;
    if (left <= 0) return value;
  }
  return weighed.at(-1)?.value ?? 0;
}
