/** The registry of models: prices, limits and abilities, bundled and as read since from lists and pages. */
import type { Price } from '../../shared/models.ts';
import type { RegistryRefreshed } from '../../shared/protocol.ts';
import type { Http } from '../platform/http.ts';
import type { FactOrigin, ModelEntry, ModelFacts } from './facts.ts';
import { fetchSource, type SourceRequest, sourceTimeoutMs } from './fetch-source.ts';
import { type MergedFacts, mergeFacts } from './merged-facts.ts';
import { type FactsBySource, type Figures, modelsFile, type StoredFacts } from './models-file.ts';
import { listSources } from './sources/lists.ts';
import { publicSources } from './sources/table.ts';
import { validateFigures } from './validate-figures.ts';

export type RefreshOptions = {
  readonly http: Http;
  readonly sources: readonly SourceRequest[];
  readonly signal: AbortSignal;
  /** Milliseconds for each source. Absent: a minute. */
  readonly timeoutMs?: number;
};

export interface ModelRegistry {
  /** The facts of a model, by engine kind and the service's model name. Never throws. */
  lookUp(kind: string, name: string): MergedFacts;
  /**
   * Reads every source and stores the plausible figures. Others stay as they were. One at a time: a call during a refresh
   * gets that one's result, or its cancellation. Rejects only with `cancelled`, and then nothing has changed.
   */
  refresh(parts: RefreshOptions): Promise<RegistryRefreshed>;
  /** Milliseconds since 1970; when any window last read the sources. 0: never. */
  refreshedAtMs(): number;
}

/** Longer lists end with the number of further ones. */
const maxSentences = 8;

/**
 * @param folder the user's storage folder. Absent: facts are kept until the server stops
 * @param now milliseconds since 1970
 * @param warn called once, with one sentence, when a file cannot be used
 */
export function modelRegistry(
  folder: string | undefined,
  now: () => number,
  warn: (message: string) => void,
): ModelRegistry {
  const file = modelsFile(folder, warn);
  // Read when first needed: the start does not wait for it.
  let stored: StoredFacts | undefined;
  let running: Promise<RegistryRefreshed> | undefined;
  const current = () => {
    stored ??= file.read();
    return stored;
  };
  /** Another window may have written the file; facts that could not be written are newer than the file. */
  const latest = (): StoredFacts => {
    const onDisk = file.read();
    if (!stored || onDisk.refreshedAtMs >= stored.refreshedAtMs) stored = onDisk;
    return stored;
  };
  const factsOf = (kind: string, name: string, sources: FactsBySource) =>
    mergeFacts(kind, name, sources, originOf, now());

  async function refresh({
    http,
    sources,
    signal,
    timeoutMs = sourceTimeoutMs,
  }: RefreshOptions): Promise<RegistryRefreshed> {
    const answers = await Promise.all(
      sources.map(async (source) => ({
        source,
        entries: await fetchSource(source, http, now(), signal, timeoutMs),
      })),
    );
    const before = latest();
    const problems: string[] = [];
    let sourcesNow = before.sources;
    let readable = 0;
    for (const { source, entries } of answers) {
      if (typeof entries === 'string') {
        problems.push(`${source.label} ${entries}; its previous figures apply.`);
        continue;
      }
      readable += 1;
      const checked = checkEntries(source.label, entries, sourcesNow[source.id], (kind, name) =>
        factsOf(kind, name, before.sources),
      );
      problems.push(...checked.problems);
      sourcesNow = {
        ...sourcesNow,
        [source.id]: withNewFacts(sourcesNow[source.id], checked.plausible, now()),
      };
    }
    if (readable > 0) {
      stored = { refreshedAtMs: now(), sources: sourcesNow };
      file.write(stored);
    }
    const labels = new Map(sources.map(({ id, label }) => [id, label]));
    const all = answers.flatMap(({ entries }) => (typeof entries === 'string' ? [] : entries));
    const changes = changesOf(
      all,
      (kind, name) => factsOf(kind, name, before.sources),
      (kind, name) => factsOf(kind, name, sourcesNow),
      (source) => labels.get(source) ?? source,
    );
    return { requested: sources.length, readable, changes, problems };
  }

  return {
    lookUp: (kind, name) => factsOf(kind, name, current().sources),
    refresh(parts) {
      running ??= refresh(parts).finally(() => {
        running = undefined;
      });
      return running;
    },
    refreshedAtMs: () => latest().refreshedAtMs,
  };
}

const originsById = new Map<string, FactOrigin>(
  [...publicSources, ...listSources].map(({ id, origin }) => [id, origin]),
);
const originOf = (source: string): FactOrigin | undefined => originsById.get(source);

type SourceFacts = FactsBySource[string];

/** Splits a source's entries into plausible ones and a sentence for each other figure. */
function checkEntries(
  label: string,
  entries: readonly ModelEntry[],
  last: SourceFacts | undefined,
  factsOf: (kind: string, name: string) => MergedFacts,
): { plausible: ModelEntry[]; problems: string[] } {
  const problems: string[] = [];
  let prices = 0;
  let implausiblePrices = 0;
  const plausible = entries.flatMap(({ kind, name, facts }): ModelEntry[] => {
    const invalid = validateFigures(facts, previousFacts(last?.[kind]?.[name], factsOf(kind, name)));
    if (facts.price) prices += 1;
    const left: { -readonly [Name in keyof ModelFacts]: ModelFacts[Name] } = { ...facts };
    for (const { figure, reason } of invalid) {
      if (figure === 'price') implausiblePrices += 1;
      delete left[figure];
      problems.push(
        `${label} states an implausible figure for ${kind}/${name}: ${reason}; the previous figure applies.`,
      );
    }
    return Object.keys(left).length > 0 ? [{ kind, name, facts: left }] : [];
  });
  // A column that moved makes some rows implausible, and the others wrong unnoticed.
  if (implausiblePrices >= 3 && implausiblePrices * 2 > prices)
    return {
      plausible: [],
      problems: [
        `Most prices of ${label} are not plausible, so all of it is rejected; its previous figures apply.`,
      ],
    };
  return { plausible, problems: shortened(problems, 'figures are not plausible') };
}

/** The source's own previous facts first; a new source is compared with the merged facts of the others. */
const previousFacts = (figures: Figures | undefined, merged: MergedFacts): ModelFacts => {
  const price = figures?.price?.value ?? merged.price;
  const contextTokens = figures?.contextTokens?.value ?? merged.contextTokens;
  const maxOutputTokens = figures?.maxOutputTokens?.value ?? merged.maxOutputTokens;
  return {
    ...(price ? { price } : {}),
    ...(contextTokens ? { contextTokens } : {}),
    ...(maxOutputTokens ? { maxOutputTokens } : {}),
  };
};

/** The source's facts, new over old: one that it no longer states stays, with its old date. */
function withNewFacts(
  last: SourceFacts | undefined,
  entries: readonly ModelEntry[],
  atMs: number,
): SourceFacts {
  const kinds: Record<string, Record<string, Figures>> = {};
  for (const [kind, models] of Object.entries(last ?? {})) kinds[kind] = { ...models };
  for (const { kind, name, facts } of entries) {
    const models = kinds[kind] ?? {};
    const dated = Object.fromEntries(
      Object.entries(facts).map(([figure, value]) => [figure, { value, atMs }]),
    );
    models[name] = { ...models[name], ...(dated as Figures) };
    kinds[kind] = models;
  }
  return kinds;
}

function changesOf(
  entries: readonly ModelEntry[],
  before: (kind: string, name: string) => MergedFacts,
  after: (kind: string, name: string) => MergedFacts,
  labelOf: (source: string) => string,
): string[] {
  const models = new Map(entries.map(({ kind, name }) => [`${kind}/${name}`, { kind, name }]));
  const changed: string[] = [];
  const priced: string[] = [];
  for (const [id, { kind, name }] of models) {
    const [was, is] = [before(kind, name), after(kind, name)];
    const by = labelOf(is.provenance.price?.source ?? '');
    if (is.price && !was.price) priced.push(`${id} now has a price: ${priceText(is.price)} (${by}).`);
    else if (is.price && was.price && priceText(is.price) !== priceText(was.price))
      changed.push(`${id} now costs ${priceText(is.price)}, previously ${priceText(was.price)} (${by}).`);
    if (is.contextTokens && was.contextTokens && is.contextTokens !== was.contextTokens)
      changed.push(`${id} now has a context of ${is.contextTokens} tokens, previously ${was.contextTokens}.`);
  }
  return [
    ...shortened(changed, 'figures have changed'),
    ...(priced.length > maxSentences ? [`${priced.length} models now have a price that had none.`] : priced),
  ];
}

const priceText = ({ input, output }: Price): string => `$${input} in and $${output} out per million tokens`;

const shortened = (sentences: readonly string[], what: string): string[] =>
  sentences.length > maxSentences
    ? [...sentences.slice(0, maxSentences), `${sentences.length - maxSentences} more ${what}.`]
    : [...sentences];
