/** Usage and cost in the head of a response, where gateways and services write it there. */
import type { EnginePart, PartialUsage } from '../../shared/chat.ts';
import { toUsd } from './reported-cost.ts';
import { costHeaders, usageHeaders } from './usage-fields.ts';
import { commonStyle, type ReportedCounts, readCount, settleCounts, toUsage } from './usage-reports.ts';
import type { StreamDecoder } from './wire-format.ts';

type Headers = Readonly<Record<string, string | undefined>>;

/** The same answer, with the usage of the head where the body reports less. The body is preferred: the head is older. */
export function withHeaderUsage(decoder: StreamDecoder, headers: Headers): StreamDecoder {
  const ofHead = usageInHeaders(headers);
  if (!ofHead) return decoder;
  const complete = (part: EnginePart): EnginePart => {
    if (part.type !== 'finish') return part;
    const { usage, partialUsage, ...rest } = part;
    const { input, output, ...details } = { ...ofHead, ...partialUsage, ...usage };
    return input === undefined || output === undefined
      ? { ...rest, partialUsage: { ...details, ...definedCounts({ input, output }) } }
      : { ...rest, usage: toUsage({ ...details, input, output }) };
  };
  return {
    mayEnd: () => decoder.mayEnd(),
    reportedUsage: () => ({ ...ofHead, ...decoder.reportedUsage?.() }),
    read: (event) => decoder.read(event).map(complete),
    end: () => decoder.end().map(complete),
  };
}

/** What the head of a response reports; `undefined`: nothing. Names in lower case. */
export function usageInHeaders(headers: Headers): PartialUsage | undefined {
  const counts: ReportedCounts = {};
  let costUsd: number | undefined;
  for (const name in headers) {
    const field = Object.hasOwn(usageHeaders, name) ? usageHeaders[name] : undefined;
    const count = field && readCount(headers[name]);
    if (field && count) counts[field] = count;
    else if (costHeaders.has(name)) costUsd = toUsd(headers[name]) ?? costUsd;
  }
  const totals = settleCounts(counts, commonStyle);
  if (!totals && costUsd === undefined) return undefined;
  return { ...totals, ...(costUsd === undefined ? {} : { costUsd }) };
}

const definedCounts = ({
  input,
  output,
}: {
  readonly input: number | undefined;
  readonly output: number | undefined;
}): PartialUsage => ({
  ...(input === undefined ? {} : { input }),
  ...(output === undefined ? {} : { output }),
});
