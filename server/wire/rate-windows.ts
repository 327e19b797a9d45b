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
  const windowOf = (name: string): PartialRateWindow => {
    const window = windows.get(name) ?? emptyWindow(name);
    windows.set(name, window);
    return window;
  };
  const serviceMs = serviceClockMs(headers['date'], nowMs);
  for (const [name, value] of Object.entries(headers)) {
    // Responses have many headers, and this runs for each.
    if (value === undefined || !name.includes('limit')) continue;
    if (name === 'ratelimit') {
      for (const { window, part, number } of structuredParts(value)) windowOf(window)[part] = number;
      continue;
    }
    const header = parseHeaderName(name);
    if (!header) continue;
    const number = header.part === 'reset' ? parseReset(value, header.isMs, serviceMs) : parseCount(value);
    if (number === undefined) continue;
    windowOf(header.window)[header.part === 'reset' ? 'resetMs' : header.part] = number;
  }
  return [...windows.values()];
}

/** Of a list, the last; a past one is over. `undefined`: unreadable, or too far in the past. */
function parseReset(value: string, isMs: boolean, nowMs: number): number | undefined {
  const whole = parseOffsetMs(value, nowMs);
  const resets = (
    whole === undefined ? value.split(/[,;]/).map((each) => parseOffsetMs(each, nowMs)) : [whole]
  ).filter((each) => each !== undefined && each >= -maxPastMs) as readonly number[];
  if (resets.length === 0) return undefined;
  const resetMs = Math.max(0, ...resets);
  // A number of milliseconds, unless it was an epoch.
  return isMs && /^\d+(?:\.\d+)?$/.test(value.trim()) && Number(value) < 1e9 ? Number(value) : resetMs;
}

type StructuredPart = {
  readonly window: string;
  readonly part: 'limit' | 'remaining' | 'resetMs';
  readonly number: number;
};

/** `"default";r=0;t=12, "day";r=5;t=3600`, and `limit=100, remaining=0, reset=12` of older drafts. */
function structuredParts(value: string): readonly StructuredPart[] {
  let window = 'requests';
  return value.split(/[,;]/).flatMap((text): readonly StructuredPart[] => {
    const [, name, number] =
      /^"?([\w.-]+(?: [\w.-]+)*)"?(?:\s*=\s*(\d+(?:\.\d+)?))?$/.exec(text.trim()) ?? [];
    if (name === undefined) return [];
    if (number === undefined) {
      window = name === 'default' ? 'requests' : name;
      return [];
    }
    const part = structuredNames[name];
    return part ? [{ window, part, number: Number(number) * (part === 'resetMs' ? 1000 : 1) }] : [];
  });
}

const structuredNames: Readonly<Record<string, StructuredPart['part']>> = {
  q: 'limit',
  limit: 'limit',
  r: 'remaining',
  remaining: 'remaining',
  t: 'resetMs',
  reset: 'resetMs',
};

type RateHeader = {
  readonly window: string;
  readonly part: 'limit' | 'remaining' | 'reset';
  /** A bare number is milliseconds. */
  readonly isMs: boolean;
};

/** Most vendors name the part and then the unit, Anthropic the unit and then the part; Mistral has used several names. */
const headerPatterns = [
  /^(?:x-)?rate-?limit(?<bySize>bysize)?-(?<part>limit|remaining|reset|timeremaining)(?<ms>-ms)?(?:-(?:after|at|time))?(?:-(?<unit>[a-z-]+))?$/,
  /^(?:x-|anthropic-)?rate-?limit-(?<unit>[a-z-]+)-(?<part>limit|remaining|reset)(?<ms>-ms)?$/,
  // Together: `x-tokenlimit-remaining`.
  /^x-(?<unit>token)limit-(?<part>limit|remaining|reset)(?<ms>-ms)?$/,
];

/** The window and the part of it that a header reports. */
function parseHeaderName(header: string): RateHeader | undefined {
  for (const pattern of headerPatterns) {
    const { bySize, part, ms, unit } = pattern.exec(header)?.groups ?? {};
    if (part === undefined) continue;
    const counted =
      unit === undefined || periodMs.has(unit) ? [bySize ? 'tokens' : 'requests', unit] : [unit];
    return {
      part: part === 'timeremaining' ? 'reset' : (part as RateHeader['part']),
      window: counted
        .filter(Boolean)
        .join('-')
        .replace(/^token$/, 'tokens'),
      isMs: ms !== undefined,
    };
  }
  return undefined;
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

/** Of a list (`100, 100;w=60`) the smallest. `undefined`: there is no count. */
function parseCount(text: string): number | undefined {
  const counts = text
    .split(',')
    .map((each) => each.split(';', 1)[0]?.trim() ?? '')
    .filter((each) => /^\d{1,15}(?:\.\d+)?$/.test(each));
  return counts.length === 0 ? undefined : Math.min(...counts.map(Number));
}
