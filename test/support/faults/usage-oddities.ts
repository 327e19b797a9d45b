/** Ways in which services and gateways report the usage of an answer. Each changes the events of a correct stream. */

type Json = Record<string, unknown>;

export type UsageOddity = {
  /** After “every engine survives …”. */
  readonly name: string;
  /** Whether the whole usage can be known. */
  readonly isReported: boolean;
  readonly change: (events: readonly string[]) => readonly string[];
};

const inputNames = ['prompt_tokens', 'input_tokens', 'promptTokenCount', 'prompt_eval_count'];
const outputNames = ['completion_tokens', 'output_tokens', 'candidatesTokenCount', 'eval_count'];
const totalNames = ['total_tokens', 'totalTokenCount'];
const countNames = [...inputNames, ...outputNames, ...totalNames];
const usageKeys = ['usage', 'usageMetadata'];

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** The event with its JSON changed; `undefined` removes it. An event without JSON stays. */
function withJson(event: string, change: (json: Json) => Json | undefined): string {
  const text = /\{.*\}/.exec(event)?.[0];
  if (text === undefined) return event;
  const json = change(JSON.parse(text) as Json);
  return json ? event.replace(text, () => JSON.stringify(json)) : '';
}

/** Whether the object itself counts tokens, as Ollama's last line does. */
const isReport = (value: Json): boolean => countNames.some((name) => name in value);

/** The same JSON with each report of usage changed; `undefined` removes it. */
function mapReports(value: unknown, change: (report: Json) => Json | undefined): unknown {
  if (Array.isArray(value)) return value.map((each) => mapReports(each, change));
  if (!isObject(value)) return value;
  if (isReport(value)) return change(value) ?? without(value, countNames);
  const fields: Json = {};
  for (const [key, each] of Object.entries(value)) {
    if (usageKeys.includes(key) && isObject(each)) {
      const report = change(each);
      if (report) fields[key] = report;
    } else fields[key] = mapReports(each, change);
  }
  return fields;
}

const without = (value: Json, names: readonly string[]): Json =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));

const changeReports =
  (change: (report: Json) => Json | undefined): UsageOddity['change'] =>
  (events) =>
    events.map((event) => withJson(event, (json) => mapReports(json, change) as Json));

/** The counts of a report, each changed. */
const mapCounts = (report: Json, change: (count: unknown, name: string) => unknown): Json =>
  Object.fromEntries(
    Object.entries(report).map(([name, value]) => [
      name,
      countNames.includes(name) ? change(value, name) : value,
    ]),
  );

/** A report in each event that has none, under the key that the stream uses. */
const reportEverywhere =
  (reportOf: (real: Json) => Json): UsageOddity['change'] =>
  (events) => {
    const real = firstReport(events);
    if (!real) return events;
    return events.map((event) =>
      withJson(event, (json) => (hasReport(json) ? json : { ...json, [real.key]: reportOf(real.report) })),
    );
  };

const hasReport = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.some(hasReport)
    : isObject(value) && (isReport(value) || Object.values(value).some(hasReport));

/** The first report that counts the answer, and its key; Ollama's has none, so that it gets OpenAI's. */
function firstReport(events: readonly string[]): { readonly key: string; readonly report: Json } | undefined {
  let found: { readonly key: string; readonly report: Json } | undefined;
  const search = (value: unknown, key: string): void => {
    if (found || !isObject(value)) return;
    if (outputNames.some((name) => name in value)) {
      const counts = Object.entries(value).filter(([name]) => countNames.includes(name));
      found = { key: usageKeys.includes(key) ? key : 'usage', report: Object.fromEntries(counts) };
    } else for (const [name, each] of Object.entries(value)) search(each, name);
  };
  for (const event of events)
    withJson(event, (json) => {
      search(json, '');
      return json;
    });
  return found;
}

/** What every event of the answer is before its end has so far. */
const partly = (real: Json): Json =>
  mapCounts(real, (count, name) => (inputNames.includes(name) ? count : outputNames.includes(name) ? 1 : 0));

/** The last chunk without usage, and a further event that is usage alone. */
const afterFinish: UsageOddity['change'] = (events) =>
  events.flatMap((event) => {
    let later: Json | undefined;
    const first = withJson(event, (json) => {
      const key = usageKeys.find((each) => isObject(json[each]));
      const isFinish = /"(?:finish_reason|finishReason|stop_reason)":"/.test(event);
      if (!key || !isFinish) return json;
      const rest = without(json, [key]);
      later = { ...(json['type'] ? { type: json['type'], delta: {} } : {}), [key]: json[key] };
      return rest;
    });
    return later === undefined ? [first] : [first, withJson(event, () => later)];
  });

/** OpenAI's names as other services write them. */
const otherNames: Readonly<Record<string, string>> = {
  prompt_tokens: 'input_tokens',
  completion_tokens: 'output_tokens',
};

/** A report beside the choice instead of the chunk. */
const insideChoice: UsageOddity['change'] = (events) =>
  events.map((event) =>
    withJson(event, (json) => {
      const { usage, choices, ...rest } = json;
      if (!isObject(usage) || !Array.isArray(choices)) return json;
      const [choice] = choices.length > 0 ? choices : [{ index: 0, delta: {} }];
      return { ...rest, choices: [{ ...(choice as Json), usage }] };
    }),
  );

export const usageOddities: readonly UsageOddity[] = [
  {
    name: 'usage of zeros in each event',
    isReported: true,
    change: reportEverywhere((real) => mapCounts(real, () => 0)),
  },
  {
    name: 'usage of -1 in each event',
    isReported: true,
    change: reportEverywhere((real) => mapCounts(real, () => -1)),
  },
  { name: 'usage that grows with each event', isReported: true, change: reportEverywhere(partly) },
  { name: 'usage after the finish reason', isReported: true, change: afterFinish },
  { name: 'usage inside the choice', isReported: true, change: insideChoice },
  {
    name: 'usage as texts',
    isReported: true,
    change: changeReports((report) => mapCounts(report, String)),
  },
  {
    name: 'usage under other names',
    isReported: true,
    change: changeReports((report) =>
      Object.fromEntries(Object.entries(report).map(([name, value]) => [otherNames[name] ?? name, value])),
    ),
  },
  {
    name: 'usage without the answer’s own count',
    isReported: true,
    change: changeReports((report) =>
      totalNames.some((name) => name in report) ? without(report, outputNames) : report,
    ),
  },
  {
    name: 'usage that is zero',
    isReported: false,
    change: changeReports((report) => mapCounts(report, () => 0)),
  },
  {
    name: 'usage that is impossible',
    isReported: false,
    change: changeReports((report) =>
      mapCounts(report, (_count, name) => (inputNames.includes(name) ? -7 : 1e18)),
    ),
  },
];
