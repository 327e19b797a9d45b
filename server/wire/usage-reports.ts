/**
 * The tokens that a service reports of one answer, merged by field from every report: services send placeholders of
 * zero and -1, counts that grow, counts after the finish, totals without their parts, and zeros in place of what they
 * have reported before. A count that is no number of tokens is none.
 */
import type { PartialUsage, Usage } from '../../shared/chat.ts';
import { type Fields, isObject } from './json-fields.ts';
import { parseJsonObject } from './json-object.ts';
import { reportedCost } from './reported-cost.ts';
import { serviceTierField } from './service-tier.ts';
import {
  cachesBesideInput,
  detailFieldNames,
  inputsWithoutCache,
  modalityLists,
  reasoningBesideOutput,
  type UsageField,
  usageDetails,
  usageFieldNames,
  usagePlaces,
} from './usage-fields.ts';

/** Counts as they are reported, before it is clear which of them contain others. */
export type ReportedCounts = { [Field in UsageField]?: number };

export type UsageQuirks = {
  /** The completion's tokens exclude reasoning tokens, also where no total shows it. */
  readonly addsReasoningTokens?: boolean;
};

export type UsageReports = {
  /**
   * Reads what one event reports, wherever in it. The same object again, with another text in it, costs nothing.
   * @param data the event's JSON
   */
  readEvent(event: object, data: string): void;
  /** Notes how urgently the service worked. */
  readTier(tier: unknown): void;
  /** What is known so far. `undefined`: nothing. */
  partial(): PartialUsage | undefined;
  /** The fields of the answer's `finish`. */
  finishFields(): { readonly usage?: Usage; readonly partialUsage?: PartialUsage };
};

/** An answer only grows: of these a smaller count is an older one. */
const growing: ReadonlySet<UsageField> = new Set(['output', 'reasoning', 'total']);

/** More tokens than any model reads or writes: a counter's own maximum, or another unit. */
const maxCount = 20_000_000;

/** A count of tokens as an integer, 0 for a reported zero; `undefined` for what is no count (-1, `null`, NaN, a word). */
export function readCount(value: unknown): number | undefined {
  const count = typeof value === 'string' && /^\s*\d+(?:\.\d+)?\s*$/.test(value) ? Number(value) : value;
  return typeof count === 'number' && count >= 0 && count <= maxCount ? Math.round(count) : undefined;
}

export function usageReports({ addsReasoningTokens = false }: UsageQuirks = {}): UsageReports {
  const counts: ReportedCounts = {};
  const style: CountingStyle = { ...commonStyle, reasoningIsBeside: addsReasoningTokens };
  let costUsd: number | undefined;
  let tier: unknown;
  /** The last event, when it reported nothing. */
  let emptyEvent: object | undefined;

  const merge = (found: FoundReport): void => {
    const { input = 0, cachedRead, cacheWrite } = found.counts;
    // Beside a real input these zeros are no placeholders.
    if (input > 0 && cachedRead === 0) counts.cachedRead = 0;
    if (input > 0 && cacheWrite === 0) counts.cacheWrite = 0;
    for (const [field, count] of Object.entries(found.counts) as [UsageField, number][])
      if (growing.has(field)) counts[field] = Math.max(count, counts[field] ?? 0);
      else if (count > 0) counts[field] = count;
      else counts[field] ??= 0;
    Object.assign(style, found.style);
    costUsd = found.costUsd ?? costUsd;
    tier = found.tier ?? tier;
  };

  /** The latest report at the top of an event; merged when another one follows that does not replace it. */
  let pending: Fields | undefined;
  const mergePending = (): void => {
    if (pending) merge(readReport(pending));
    pending = undefined;
  };

  const reports: UsageReports = {
    readEvent(event, data) {
      if (event === emptyEvent) return;
      const top = wholeReportOf(event as Fields);
      if (top) {
        if (pending && !replaces(top, pending)) mergePending();
        pending = top;
        return;
      }
      const found = mayReport(event as Fields, data) ? reportsIn(event as Fields) : undefined;
      emptyEvent = found ? undefined : event;
      if (!found) return;
      mergePending();
      for (const report of found) merge(report);
    },
    readTier(reported) {
      tier = reported ?? tier;
    },
    partial() {
      mergePending();
      const totals = settleCounts(counts, style);
      if (!totals && costUsd === undefined) return undefined;
      return { ...totals, ...(costUsd === undefined ? {} : { costUsd }), ...serviceTierField(tier) };
    },
    finishFields() {
      const partial = reports.partial();
      if (!partial) return {};
      const { input, output } = partial;
      return input === undefined || output === undefined
        ? { partialUsage: partial }
        : { usage: toUsage({ ...partial, input, output }) };
    },
  };
  return reports;
}

/** An event without any of these holds no report; most events are text alone. */
const mayReport = ({ eval_count, prompt_eval_count, timings }: Fields, data: string): boolean =>
  eval_count !== undefined ||
  prompt_eval_count !== undefined ||
  timings !== undefined ||
  data.includes('oken');

/**
 * The report at the top of an event, when each of its counts is one: most services that report with every event do it
 * like this, and then only the last one needs to be read.
 */
function wholeReportOf({ usage, usageMetadata }: Fields): Fields | undefined {
  const report = usage ?? usageMetadata;
  if (!isObject(report)) return undefined;
  let counts = 0;
  for (const name in report) {
    const value = report[name];
    if (typeof value === 'object') continue;
    if (typeof value !== 'number' || !(value > 0 && value <= maxCount)) return undefined;
    counts += 1;
  }
  return counts > 1 ? report : undefined;
}

/** Whether a report has all that an earlier one has, and no less of it. */
function replaces(report: Fields, earlier: Fields): boolean {
  for (const name in earlier) {
    const value = report[name];
    if (value === undefined || value === null) return false;
    const before = earlier[name];
    if (typeof before === 'number' && typeof value === 'number' && value < before) return false;
  }
  return true;
}

/** How a service counts, shown by the names it uses. */
type CountingStyle = {
  /** The input has a name under which Anthropic and Bedrock count it without cached tokens. */
  inputIsWithoutCache: boolean;
  /** Cached tokens have names under which these count them beside the input. */
  cacheHasOwnCount: boolean;
  reasoningIsBeside: boolean;
};

/** Neither cached tokens nor reasoning are counted apart, unless a total shows it. */
export const commonStyle: Readonly<CountingStyle> = {
  inputIsWithoutCache: false,
  cacheHasOwnCount: false,
  reasoningIsBeside: false,
};

const isCacheBeside = ({ inputIsWithoutCache, cacheHasOwnCount }: CountingStyle): boolean =>
  inputIsWithoutCache && cacheHasOwnCount;

type FoundReport = {
  readonly counts: ReportedCounts;
  /** Only what the report shows. */
  readonly style: Partial<CountingStyle>;
  readonly costUsd?: number | undefined;
  readonly tier?: unknown;
};

/** The reports in one event, the preferred one last; `undefined`: none. */
function reportsIn(event: Fields): FoundReport[] | undefined {
  // llama.cpp writes its counts into each line; those of the last are whole.
  if ('tokens_predicted' in event && event['stop'] !== true) return undefined;
  let reports: FoundReport[] | undefined;
  const add = (holder: unknown): void => {
    if (!isObject(holder)) return;
    for (const place of usagePlaces) {
      const value = holder[place];
      const report = typeof value === 'string' ? parseJsonObject(value) : value;
      if (!isObject(report)) continue;
      reports ??= [];
      reports.push(readReport(report));
    }
  };
  const lines = nativeReport(event);
  if (lines) reports = [lines];
  add(event['x_groq']);
  const { choices } = event;
  const choice: unknown = Array.isArray(choices) ? choices.at(-1) : undefined;
  if (isObject(choice)) {
    add(choice['delta']);
    add(choice['message']);
    add(choice);
  }
  add(event['delta']);
  add(event['message']);
  add(event['response']);
  add(event['data']);
  add(event);
  return reports;
}

/** Ollama and llama.cpp report in the line itself; llama.cpp's timings show what it processed beside what it had cached. */
function nativeReport(event: Fields): FoundReport | undefined {
  if ('prompt_eval_count' in event || 'eval_count' in event) return readReport(event);
  if ('tokens_predicted' in event) {
    const report = readReport(event);
    const { timings } = event;
    const cached = isObject(timings) ? readCount(timings['cache_n']) : undefined;
    return cached ? { ...report, counts: { ...report.counts, cachedRead: cached } } : report;
  }
  const { timings } = event;
  if (!isObject(timings) || isObject(event['usage'])) return;
  const prompt = readCount(timings['prompt_n']);
  const output = readCount(timings['predicted_n']);
  if (prompt === undefined || output === undefined) return;
  const cached = readCount(timings['cache_n']) ?? 0;
  return { counts: { input: prompt + cached, cachedRead: cached, output }, style: {} };
}

function readReport(report: Fields): FoundReport {
  const counts: ReportedCounts = {};
  const style: Partial<CountingStyle> = {};
  for (const name in report) {
    const value = report[name];
    if (value === null || value === undefined) continue;
    const field = Object.hasOwn(usageFieldNames, name) ? usageFieldNames[name] : undefined;
    const count = field && readCount(value);
    if (field && count !== undefined) {
      // Gateways write both names; then the input is counted as OpenAI does.
      if (field === 'input' && inputsWithoutCache.has(name)) style.inputIsWithoutCache ??= true;
      else if (field === 'input' && count > 0) style.inputIsWithoutCache = false;
      if (cachesBesideInput.has(name)) style.cacheHasOwnCount = true;
      if (reasoningBesideOutput.has(name)) style.reasoningIsBeside = true;
      // A report may count one thing under two names, one of them a placeholder.
      if (count > 0) counts[field] = count;
      else counts[field] ??= 0;
    } else if (typeof value === 'object') readDetails(counts, name, value);
  }
  return { counts, style, costUsd: reportedCost(report), tier: report['service_tier'] };
}

function readDetails(counts: ReportedCounts, name: string, details: object): void {
  if (Array.isArray(details)) {
    const field = Object.hasOwn(modalityLists, name) ? modalityLists[name] : undefined;
    const sum = details.reduce((all: number, each: unknown) => all + modalityCount(each), 0);
    if (field && sum > 0) counts[field] ??= sum;
    return;
  }
  if (!usageDetails.has(name)) return;
  for (const [detail, value] of Object.entries(details)) {
    const field = Object.hasOwn(detailFieldNames, detail)
      ? detailFieldNames[detail]
      : Object.hasOwn(usageFieldNames, detail)
        ? usageFieldNames[detail]
        : undefined;
    const count = field && readCount(value);
    if (field && count) counts[field] = counts[field] || count;
  }
  if (name !== 'cache_creation') return;
  const hours = readCount((details as Fields)['ephemeral_1h_input_tokens']) ?? 0;
  const minutes = readCount((details as Fields)['ephemeral_5m_input_tokens']) ?? 0;
  if (hours + minutes > 0) counts.cacheWrite ||= hours + minutes;
}

const modalityCount = (value: unknown): number =>
  (isObject(value) ? readCount(value['tokenCount'] ?? value['token_count']) : undefined) ?? 0;

/** Totals from the counts: which of them contain others is shown by their sum, where there is one, else by their names. */
export function settleCounts(counts: ReportedCounts, style: CountingStyle): PartialUsage | undefined {
  if (Object.keys(counts).length === 0) return undefined;
  const {
    total = 0,
    cachedRead = 0,
    cacheWrite = 0,
    cacheWriteHour = 0,
    reasoning = 0,
    toolUse = 0,
  } = counts;
  const cached = cachedRead + cacheWrite;
  const given = counts.input ?? 0;
  let cacheIsBeside = cached > 0 && (isCacheBeside(style) || (given > 0 && cached > given));
  let reasoningIsBeside =
    reasoning > 0 && (style.reasoningIsBeside || reasoning > (counts.output ?? reasoning));
  let output = counts.output ?? (reasoningIsBeside ? 0 : undefined);
  if (total > 0 && given > 0 && output !== undefined) {
    const rest = total - given - toolUse - output;
    if (rest === 0 && reasoning <= output) reasoningIsBeside = false;
    else if (rest > 0 && rest === reasoning) reasoningIsBeside = true;
    else if (rest > 0 && rest === cached) cacheIsBeside = true;
    else if (rest > 0 && rest === cached + reasoning) cacheIsBeside = reasoningIsBeside = true;
    else {
      // Tokens that no field names: Gemini's OpenAI address counts thoughts in the total alone.
      const unnamed = rest - (reasoningIsBeside ? reasoning : 0) - (cacheIsBeside ? cached : 0);
      if (unnamed > 0) output += unnamed;
    }
  }
  let input = (cacheIsBeside ? cached : 0) + given;
  if (input > 0) input += toolUse;
  if (output !== undefined && reasoningIsBeside) output += reasoning;
  if (!output && total > input && input > 0) output = total - input;
  if (input === 0 && output && total > output) input = total - output;
  return {
    ...(input > 0 ? { input } : {}),
    ...(output === undefined ? {} : { output }),
    ...(input === 0 && !output && total > 0 ? { total } : {}),
    ...(cachedRead > 0 ? { cachedRead } : {}),
    ...(cacheWrite > 0 ? { cacheWrite } : {}),
    ...(cacheWriteHour > 0 ? { cacheWriteHour } : {}),
    ...(reasoning > 0 ? { reasoning } : {}),
  };
}

/** The parts are never larger than what contains them. */
export const toUsage = ({
  input,
  output,
  total: _,
  ...parts
}: PartialUsage & Pick<Usage, 'input' | 'output'>): Usage => {
  const cachedRead = Math.min(parts.cachedRead ?? 0, input);
  return {
    ...parts,
    input,
    cachedRead,
    cacheWrite: Math.min(parts.cacheWrite ?? 0, input - cachedRead),
    output,
    reasoning: Math.min(parts.reasoning ?? 0, output),
  };
};
