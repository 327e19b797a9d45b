/** What past answers tell of the next one: how fast each model is, how it counts tokens, how long answers get. */
import type { Usage } from '../../shared/chat.ts';
import { familyOf } from '../../shared/models.ts';

/** One answer, looked back at. */
export type Lesson = {
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

/** Medians of the last answers. */
export type Speed = {
  readonly firstTokenMs: number;
  /** `null`: the answers were too short to tell. */
  readonly tokensPerSecond: number | null;
};

/** How a family of models counts, against our estimate. */
export type Counting = {
  /** Real tokens for each estimated one. */
  readonly ratio: number;
  /** Share by which the estimate times `ratio` still is off, in the median: 0.1 is ± 10 %. */
  readonly error: number;
};

/** Tokens of an answer. */
export type OutputRange = { readonly low: number; readonly typical: number; readonly high: number };

/** Answers that are remembered of each kind; older ones make room. */
const kept = 32;
/** Answers before their counts are trusted. */
const enough = 3;
/** Tokens of an answer from which its speed is worth a measurement. */
const tellingTokens = 16;
/** Prompts of about the same size answer about as fast: up to so many tokens. */
const sizes = [1_000, 8_000, Number.POSITIVE_INFINITY] as const;

export function experience() {
  /** By model id and size of prompt. */
  const speeds = sizes.map(() => new Map<string, { first: number[]; rate: number[] }>());
  const ratios = new Map<string, number[]>();
  const outputs = new Map<string, number[]>();

  return {
    learn({ model, task, estimatedTokens, usage, firstTokenMs, streamMs }: Lesson): void {
      if (estimatedTokens > 0 && usage.input > 0)
        remember(ratios, familyOf(model), usage.input / estimatedTokens);
      if (usage.output > 0) remember(outputs, task, usage.output);
      if (firstTokenMs === null) return;
      const bySize = speeds[sizeOf(estimatedTokens)];
      const seen = bySize?.get(model) ?? { first: [], rate: [] };
      bySize?.set(model, seen);
      push(seen.first, firstTokenMs);
      if (usage.output >= tellingTokens && streamMs > 0) push(seen.rate, (usage.output * 1000) / streamMs);
    },
    /** By model id: its speed on prompts of this size, else on any. */
    speeds(promptTokens: number): ReadonlyMap<string, Speed> {
      const size = sizeOf(promptTokens);
      const found = new Map<string, Speed>();
      for (const bySize of [...speeds.filter((_, index) => index !== size), speeds[size]]) {
        for (const [model, { first, rate }] of bySize ?? []) {
          found.set(model, {
            firstTokenMs: quantile(first, 0.5),
            tokensPerSecond: rate.length > 0 ? quantile(rate, 0.5) : null,
          });
        }
      }
      return found;
    },
    /** By family of models. */
    counting(): ReadonlyMap<string, Counting> {
      const told = [...ratios].filter(([, seen]) => seen.length >= enough);
      return new Map(
        told.map(([family, seen]) => {
          const ratio = quantile(seen, 0.5);
          return [
            family,
            {
              ratio,
              error: quantile(
                seen.map((each) => Math.abs(each / ratio - 1)),
                0.5,
              ),
            },
          ];
        }),
      );
    },
    /** `undefined`: too few answers yet. */
    output(task: string): OutputRange | undefined {
      const seen = outputs.get(task) ?? [];
      if (seen.length < enough) return undefined;
      return { low: quantile(seen, 0.1), typical: quantile(seen, 0.5), high: quantile(seen, 0.9) };
    },
  };
}

export type Experience = ReturnType<typeof experience>;

const sizeOf = (promptTokens: number): number => sizes.findIndex((most) => promptTokens <= most);

function remember<Key>(map: Map<Key, number[]>, key: Key, value: number): void {
  const seen = map.get(key) ?? [];
  map.set(key, seen);
  push(seen, value);
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
