/** How much context a model has: what its engine has allocated, or else what it would. Pure. */
import type { DetailFacts } from '../../shared/model-details.ts';
import type { Model } from '../../shared/models.ts';
import type { ModelInfo } from '../wire/wire-format.ts';

/** What the engine that runs a model reports of it. Absent: not reported. */
export type EngineFacts = Pick<
  DetailFacts,
  | 'chat'
  | 'tools'
  | 'vision'
  | 'reasoning'
  | 'contextTokens'
  | 'configuredContextTokens'
  | 'trainedContextTokens'
>;

/** Contexts with which an engine has loaded models in this run. */
export type LoadedContexts = {
  /** Tokens, by the model's name. */
  readonly byModel: ReadonlyMap<string, number>;
  /** Tokens that the engine gave to a model without a setting of its own. Absent: none was loaded. */
  readonly usual?: number | undefined;
};

export type ContextSources = {
  readonly engine: EngineFacts;
  /** Tokens by the registry: what a model can have, not what a local engine gives to it. `null`: unknown. */
  readonly registered: number | null;
  readonly loadedBefore: LoadedContexts | undefined;
  /** What the engine gives by default. Absent: it gives what the model can have. */
  readonly defaultTokens: number | undefined;
};

type ModelContext = Pick<Model, 'contextTokens' | 'contextAssumed' | 'trainedContextTokens'>;

export function contextOf(
  info: ModelInfo,
  { engine, registered, loadedBefore, defaultTokens }: ContextSources,
): ModelContext {
  // An engine with a default of its own lists the context of what is loaded; what it reported before may be over.
  const allocated = info.contextTokens ?? (defaultTokens === undefined ? engine.contextTokens : undefined);
  const configured = engine.configuredContextTokens;
  // An engine that lists the context of what is loaded lists no other; the others are set up anew for the next load.
  const isLoaded = allocated !== undefined && (defaultTokens !== undefined || configured === undefined);
  if (isLoaded) return { contextTokens: allocated };
  const trained = engine.trainedContextTokens ?? registered ?? undefined;
  const maxTokens = trained ?? Number.POSITIVE_INFINITY;
  if (configured !== undefined) return { contextTokens: Math.min(configured, maxTokens) };
  if (defaultTokens === undefined) return { contextTokens: trained ?? null };
  const assumed = loadedBefore?.byModel.get(info.name) ?? loadedBefore?.usual ?? defaultTokens;
  if (assumed >= maxTokens) return { contextTokens: maxTokens };
  return {
    contextTokens: assumed,
    contextAssumed: true,
    ...(trained === undefined ? {} : { trainedContextTokens: trained }),
  };
}

/** The contexts after another list has arrived. */
export function withLoadedContexts(
  before: LoadedContexts,
  listed: readonly ModelInfo[],
  configuredTokens: (model: string) => number | undefined,
): LoadedContexts {
  const loaded = listed.filter(({ contextTokens }) => contextTokens !== undefined);
  if (loaded.length === 0) return before;
  const byModel = new Map(before.byModel);
  let { usual } = before;
  for (const { name, contextTokens = 0 } of loaded) {
    byModel.set(name, contextTokens);
    if (configuredTokens(name) === undefined) usual = Math.max(usual ?? 0, contextTokens);
  }
  return { byModel, usual };
}
