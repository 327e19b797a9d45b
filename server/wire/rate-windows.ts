/**
 * Rate limits that a service reports in the headers of each response, in any vendor’s form.
 * OpenAI and its copies https://developers.openai.com/api/docs/guides/rate-limits, Anthropic
 * https://platform.claude.com/docs/en/api/rate-limits, Groq https://console.groq.com/docs/rate-limits, Mistral
 * https://github.com/mistralai/client-ts/issues/169, Cerebras https://inference-docs.cerebras.ai/support/rate-limits,
 * the IETF's draft https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/.
 */
import { parseOffsetMs, serviceClockMs } from './parse-duration.ts';
import type { ErrorResponse } from './wire-format.ts';

/** The state of one window at one time. */
export type RateReading = {
  /** What is counted: `requests`, `tokens`, `input tokens`, `output tokens`; `tokens per month` beside shorter ones. */
  readonly unit: string;
  /** Absent: not reported. */
  readonly limit?: number;
  readonly remaining: number;
  /** Milliseconds since 1970; the window is full again by then, as reported. */
  readonly resetsAtMs: number;
};

/** One window as the headers report it; each part may be missing. */
export type PartialRateWindow = {
  unit: string;
  limit?: number;
  remaining?: number;
  /** Milliseconds from now. */
  resetMs?: number;
  /** Milliseconds that such a window lasts at most, by its name. Absent: not in its name, or too long to be of use. */
  readonly lengthMs?: number;
};

/** Milliseconds; a reset further in the past is a mistake. */
const maxPastMs = 86_400_000;

/** Windows with a reported remainder. Values that make no sense are ignored. */
export function rateWindows(headers: ErrorResponse['headers'], nowMs: number): readonly RateReading[] {
  return parseRateHeaders(headers, nowMs).flatMap(({ unit, limit, remaining, resetMs, lengthMs }) => {
    const waitMs = resetMs ?? lengthMs;
    if (remaining === undefined || waitMs === undefined) return [];
    return [{ unit, remaining, resetsAtMs: nowMs + waitMs, ...(limit === undefined ? {} : { limit }) }];
  });
}

/** Every window in the headers. */
export function parseRateHeaders(
  headers: ErrorResponse['headers'],
  nowMs: number,
): readonly PartialRateWindow[] {
  const windows = new Map<string, PartialRateWindow>();
  const serviceMs = serviceClockMs(headers['date'], nowMs);
  for (const [name, value] of Object.entries(headers)) {
    const header = value === undefined ? undefined : parseHeaderName(name);
    if (!header || value === undefined) continue;
    const window = windows.get(header.window) ?? emptyWindow(header.window);
    if (header.part === 'reset') {
      const resetMs = parseOffsetMs(value, serviceMs);
      if (resetMs === undefined || resetMs < -maxPastMs) continue;
      window.resetMs = Math.max(0, resetMs);
    } else {
      const number = parseCount(value);
      if (number === undefined) continue;
      window[header.part] = number;
    }
    windows.set(header.window, window);
  }
  return [...windows.values()];
}

type RateHeader = { readonly window: string; readonly part: 'limit' | 'remaining' | 'reset' };

/** Most vendors name the part and then the unit, Anthropic the unit and then the part; Mistral has used several names. */
const headerPatterns = [
  /^(?:x-)?ratelimit(?<bySize>bysize)?-(?<part>limit|remaining|reset)(?:-(?<unit>[a-z-]+))?$/,
  /^anthropic-ratelimit-(?<unit>[a-z-]+)-(?<part>limit|remaining|reset)$/,
];

/** The window and the part of it that a header reports. */
function parseHeaderName(header: string): RateHeader | undefined {
  // Responses have many headers, and this runs for each.
  if (!header.includes('ratelimit')) return undefined;
  const { bySize, part, unit } =
    headerPatterns.map((pattern) => pattern.exec(header)?.groups).find(Boolean) ?? {};
  if (part !== 'limit' && part !== 'remaining' && part !== 'reset') return undefined;
  const counted = unit === undefined || periodMs.has(unit) ? [bySize ? 'tokens' : 'requests', unit] : [unit];
  return { part, window: counted.filter(Boolean).join('-') };
}

/** Milliseconds that a window of this name lasts. A longer one may be nearly over, so its length is of no use. */
const periodMs: ReadonlyMap<string, number | undefined> = new Map([
  ['second', 1_000],
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', undefined],
  ['month', undefined],
]);

/** `tokens-minute` counts tokens; a longer period is in the unit, since the same service has shorter ones too. */
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
