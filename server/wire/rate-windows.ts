/**
 * Rate limits as a service tells them in the headers of each answer, in any vendor’s form.
 * OpenAI and its copies https://developers.openai.com/api/docs/guides/rate-limits, Anthropic
 * https://platform.claude.com/docs/en/api/rate-limits, Groq https://console.groq.com/docs/rate-limits, Mistral
 * https://github.com/mistralai/client-ts/issues/169, Cerebras https://inference-docs.cerebras.ai/support/rate-limits,
 * the IETF's draft https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/.
 */
import { parseOffsetMs, serviceClockMs } from './parse-duration.ts';
import type { ErrorResponse } from './wire-format.ts';

/** One window, read at one moment. */
export type RateReading = {
  /** What is counted: `requests`, `tokens`, `input tokens`, `output tokens`; `tokens per month` beside shorter ones. */
  readonly unit: string;
  /** Absent: not told. */
  readonly limit?: number;
  readonly remaining: number;
  /** Milliseconds since 1970; the window is full again, as far as it was told. */
  readonly resetsAtMs: number;
};

/** What the headers say of one window; each part may be missing. */
export type PartialRateWindow = {
  unit: string;
  limit?: number;
  remaining?: number;
  /** Milliseconds from now. */
  resetMs?: number;
  /** Milliseconds that such a window lasts at most, by its name. Absent: its name does not say, or too long to be of use. */
  readonly lengthMs?: number;
};

/** A moment further back than this is no reset that has just passed. Milliseconds. */
const maxPastMs = 86_400_000;

/** Windows of which it was told what is left. Nothing is read where the numbers make no sense. */
export function rateWindows(headers: ErrorResponse['headers'], nowMs: number): readonly RateReading[] {
  return parseRateHeaders(headers, nowMs).flatMap(({ unit, limit, remaining, resetMs, lengthMs }) => {
    const waitMs = resetMs ?? lengthMs;
    if (remaining === undefined || waitMs === undefined) return [];
    return [{ unit, remaining, resetsAtMs: nowMs + waitMs, ...(limit === undefined ? {} : { limit }) }];
  });
}

/** Every window that the headers speak of. */
export function parseRateHeaders(
  headers: ErrorResponse['headers'],
  nowMs: number,
): readonly PartialRateWindow[] {
  const windows = new Map<string, PartialRateWindow>();
  const serviceMs = serviceClockMs(headers['date'], nowMs);
  for (const [name, value] of Object.entries(headers)) {
    const place = value === undefined ? undefined : parseHeaderName(name);
    if (!place || value === undefined) continue;
    const window = windows.get(place.name) ?? emptyWindow(place.name);
    if (place.part === 'reset') {
      const resetMs = parseOffsetMs(value, serviceMs);
      if (resetMs === undefined || resetMs < -maxPastMs) continue;
      window.resetMs = Math.max(0, resetMs);
    } else {
      const number = parseCount(value);
      if (number === undefined) continue;
      window[place.part] = number;
    }
    windows.set(place.name, window);
  }
  return [...windows.values()];
}

type RateHeader = { readonly name: string; readonly part: 'limit' | 'remaining' | 'reset' };

/** Most vendors name the part and then the unit, Anthropic the unit and then the part; Mistral has had several names. */
const headerPatterns = [
  /^(?:x-)?ratelimit(?<bySize>bysize)?-(?<part>limit|remaining|reset)(?:-(?<unit>[a-z-]+))?$/,
  /^anthropic-ratelimit-(?<unit>[a-z-]+)-(?<part>limit|remaining|reset)$/,
];

/** Which window a header speaks of, and which part of it. */
function parseHeaderName(header: string): RateHeader | undefined {
  // Answers have many headers, and this is asked of each.
  if (!header.includes('ratelimit')) return undefined;
  const { bySize, part, unit } = headerPatterns.map((form) => form.exec(header)?.groups).find(Boolean) ?? {};
  if (part !== 'limit' && part !== 'remaining' && part !== 'reset') return undefined;
  const counted = unit === undefined || periodMs.has(unit) ? [bySize ? 'tokens' : 'requests', unit] : [unit];
  return { part, name: counted.filter(Boolean).join('-') };
}

/** Milliseconds that a window of this name lasts. A longer one may be nearly over, so its length tells nothing. */
const periodMs: ReadonlyMap<string, number | undefined> = new Map([
  ['second', 1_000],
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', undefined],
  ['month', undefined],
]);

/** `tokens-minute` counts tokens; a longer period is said, since the same service has shorter ones too. */
function emptyWindow(name: string): PartialRateWindow {
  const words = name.replace(/^req(?=-|$)/, 'requests').split('-');
  const period = words.at(-1) ?? '';
  if (!periodMs.has(period)) return { unit: words.join(' ') };
  const counted = words.slice(0, -1).join(' ');
  const lengthMs = periodMs.get(period);
  return {
    unit: period === 'minute' ? counted : `${counted} per ${period}`,
    ...(lengthMs === undefined ? {} : { lengthMs }),
  };
}

const parseCount = (text: string): number | undefined =>
  /^\d{1,15}(?:\.\d+)?$/.test(text.trim()) ? Number(text) : undefined;
