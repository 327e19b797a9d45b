/** What models exist, can do and cost: what came with Rumbo, and what was read since from lists and pages. */
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
  /** What holds of a model now, by the engine's kind and the name its service knows. Never throws. */
  lookUp(kind: string, name: string): MergedFacts;
  /**
   * Asks every source and keeps what can be believed. Figures that cannot be read stay as they were. One at a time: who
   * asks while one runs gets its result, or its end when it is cancelled. Rejects only with `cancelled`, and then
   * nothing has changed.
   */
  refresh(parts: RefreshOptions): Promise<RegistryRefreshed>;
  /** Milliseconds since 1970; when the sources were last asked, by any window. 0: never. */
  refreshedAtMs(): number;
}

/** Longer lists end with how many more there are. */
const mostSentences = 8;

/**
 * @param folder the user's storage folder. Absent: what is read lasts until the server stops
 * @param now milliseconds since 1970
 * @param warn told once, in one sentence, when a file cannot be used
 */
export function modelRegistry(
  folder: string | undefined,
  now: () => number,
  warn: (message: string) => void,
): ModelRegistry {
  const file = modelsFile(folder, warn);
  // Read when first needed: a start does not wait for it.
  let remembered: StoredFacts | undefined;
  let running: Promise<RegistryRefreshed> | undefined;
  const current = () => {
    remembered ??= file.read();
    return remembered;
  };
  /** Another window may have written since; what could not be written is newer than the file. */
  const latest = (): StoredFacts => {
    const written = file.read();
    if (!remembered || written.refreshedAtMs >= remembered.refreshedAtMs) remembered = written;
    return remembered;
  };
  const holds = (kind: string, name: string, sources: FactsBySource) =>
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
        said: await fetchSource(source, http, now(), signal, timeoutMs),
      })),
    );
    const before = latest();
    const problems: string[] = [];
    let sourcesNow = before.sources;
    let readable = 0;
    for (const { source, said } of answers) {
      if (typeof said === 'string') {
        problems.push(`${source.label} ${said}; its last figures hold.`);
        continue;
      }
      readable += 1;
      const checked = check(source.label, said, sourcesNow[source.id], (kind, name) =>
        holds(kind, name, before.sources),
      );
      problems.push(...checked.problems);
      sourcesNow = { ...sourcesNow, [source.id]: merged(sourcesNow[source.id], checked.believed, now()) };
    }
    if (readable > 0) {
      remembered = { refreshedAtMs: now(), sources: sourcesNow };
      file.write(remembered);
    }
    const labels = new Map(sources.map(({ id, label }) => [id, label]));
    const all = answers.flatMap(({ said }) => (typeof said === 'string' ? [] : said));
    const changes = changesOf(
      all,
      (kind, name) => holds(kind, name, before.sources),
      (kind, name) => holds(kind, name, sourcesNow),
      (source) => labels.get(source) ?? source,
    );
    return { requested: sources.length, readable, changes, problems };
  }

  return {
    lookUp: (kind, name) => holds(kind, name, current().sources),
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

type OfOneSource = FactsBySource[string];

/** What of a source's words is believed, and a sentence for what is not. */
function check(
  label: string,
  said: readonly ModelEntry[],
  last: OfOneSource | undefined,
  holds: (kind: string, name: string) => MergedFacts,
): { believed: ModelEntry[]; problems: string[] } {
  const problems: string[] = [];
  let prices = 0;
  let doubted = 0;
  const believed = said.flatMap(({ kind, name, facts }): ModelEntry[] => {
    const doubts = validateFigures(facts, lastOf(last?.[kind]?.[name], holds(kind, name)));
    if (facts.price) prices += 1;
    const left: { -readonly [Name in keyof ModelFacts]: ModelFacts[Name] } = { ...facts };
    for (const { figure, reason } of doubts) {
      if (figure === 'price') doubted += 1;
      delete left[figure];
      problems.push(`${label} is not believed about ${kind}/${name}: ${reason}; the last figure holds.`);
    }
    return Object.keys(left).length > 0 ? [{ kind, name, facts: left }] : [];
  });
  // A column that moved spoils some rows visibly and the others not.
  if (doubted >= 3 && doubted * 2 > prices)
    return {
      believed: [],
      problems: [
        `Most prices of ${label} cannot be true, so nothing of it is believed; its last figures hold.`,
      ],
    };
  return { believed, problems: shortened(problems, 'figures are not believed') };
}

/** What this source said before comes first; a source that is new is measured by what held without it. */
const lastOf = (figures: Figures | undefined, known: MergedFacts): ModelFacts => {
  const price = figures?.price?.value ?? known.price;
  const contextTokens = figures?.contextTokens?.value ?? known.contextTokens;
  const maxOutputTokens = figures?.maxOutputTokens?.value ?? known.maxOutputTokens;
  return {
    ...(price ? { price } : {}),
    ...(contextTokens ? { contextTokens } : {}),
    ...(maxOutputTokens ? { maxOutputTokens } : {}),
  };
};

/** The source's words with the new ones over the old: what it no longer mentions stays, with its old date. */
function merged(last: OfOneSource | undefined, said: readonly ModelEntry[], atMs: number): OfOneSource {
  const kinds: Record<string, Record<string, Figures>> = {};
  for (const [kind, models] of Object.entries(last ?? {})) kinds[kind] = { ...models };
  for (const { kind, name, facts } of said) {
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
  said: readonly ModelEntry[],
  before: (kind: string, name: string) => MergedFacts,
  after: (kind: string, name: string) => MergedFacts,
  labelOf: (source: string) => string,
): string[] {
  const models = new Map(said.map(({ kind, name }) => [`${kind}/${name}`, { kind, name }]));
  const changed: string[] = [];
  const priced: string[] = [];
  for (const [id, { kind, name }] of models) {
    const [was, is] = [before(kind, name), after(kind, name)];
    const by = labelOf(is.provenance.price?.source ?? '');
    if (is.price && !was.price) priced.push(`${id} has a price now: ${words(is.price)} (${by}).`);
    else if (is.price && was.price && words(is.price) !== words(was.price))
      changed.push(`${id} costs ${words(is.price)} now, before ${words(was.price)} (${by}).`);
    if (is.contextTokens && was.contextTokens && is.contextTokens !== was.contextTokens)
      changed.push(`${id} takes ${is.contextTokens} tokens now, before ${was.contextTokens}.`);
  }
  return [
    ...shortened(changed, 'figures have changed'),
    ...(priced.length > mostSentences ? [`${priced.length} models have a price now that had none.`] : priced),
  ];
}

const words = ({ input, output }: Price): string => `$${input} in and $${output} out per million tokens`;

const shortened = (sentences: readonly string[], what: string): string[] =>
  sentences.length > mostSentences
    ? [...sentences.slice(0, mostSentences), `${sentences.length - mostSentences} more ${what}.`]
    : [...sentences];
