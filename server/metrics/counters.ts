/** Counters and histograms since the server started. In memory only, never sent anywhere. */
import type { Histogram, Metrics } from '../../shared/protocol.ts';

/** Values per histogram; new ones replace the oldest, so quantiles follow the present. */
const maxSamples = 1_024;

type Labels = Readonly<Record<string, string>>;

export function counters() {
  const counts = new Map<string, number>();
  const samples = new Map<string, { count: number; sum: number; ring: number[] }>();
  return {
    /** `name` ends in `_total`. */
    count(name: string, labels: Labels = {}, by = 1): void {
      const key = nameOf(name, labels);
      counts.set(key, (counts.get(key) ?? 0) + by);
    },
    /** `name` ends in its unit. */
    observe(name: string, value: number, labels: Labels = {}): void {
      const key = nameOf(name, labels);
      const histogram = samples.get(key) ?? { count: 0, sum: 0, ring: [] };
      histogram.ring[histogram.count % maxSamples] = value;
      histogram.count += 1;
      histogram.sum += value;
      samples.set(key, histogram);
    },
    read: (): Metrics => ({
      counters: Object.fromEntries(counts),
      histograms: Object.fromEntries([...samples].map(([key, histogram]) => [key, summary(histogram)])),
    }),
  };
}

export type Counters = ReturnType<typeof counters>;

/** In Prometheus notation: `name{a="x",b="y"}`. */
function nameOf(name: string, labels: Labels): string {
  let pairs = '';
  for (const label in labels) pairs += `${pairs === '' ? '' : ','}${label}=${quoted(labels[label] ?? '')}`;
  return pairs === '' ? name : `${name}{${pairs}}`;
}

/** Labels are names of providers and outcomes: few hold what has to be escaped. */
const quoted = (value: string): string => (/^[\w.-]*$/.test(value) ? `"${value}"` : JSON.stringify(value));

function summary({ count, sum, ring }: { count: number; sum: number; ring: number[] }): Histogram {
  const sorted = ring.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { count, sum, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
