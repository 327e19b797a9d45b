/** A provider's models from its own list, the registry, and the user's settings, which win over both. Pure. */
import { type ModelId, modelId } from '../../shared/chat.ts';
import type { Feature } from '../../shared/features.ts';
import type { Model, Price } from '../../shared/models.ts';
import type { RequestRules } from '../../shared/request-rules.ts';
import type { ModelSettings, Settings } from '../../shared/settings.ts';
import { exactNames, findModelNamed, isSameModelName, type ModelNames } from '../engines/model-names.ts';
import { missingFeatures } from '../wire/wire-features.ts';
import type { ModelInfo } from '../wire/wire-format.ts';
import { contextOf, type EngineFacts, type LoadedContexts } from './model-context.ts';
import type { ProviderConfig } from './provider-config.ts';

/** The registry's facts about a model; `null`: unknown. */
export type RegistryFacts = Pick<
  Model,
  'tier' | 'contextTokens' | 'maxOutputTokens' | 'price' | 'abilities'
> & {
  /** Absent as `null`: unknown. */
  readonly reasoning?: boolean | null;
};

export type ModelFactSources = {
  /** The registry, by engine kind and the model's name. */
  readonly lookUp: (kind: string, name: string) => RegistryFacts;
  /** Absent: the engine reports nothing. */
  readonly engineFacts?: ((id: ModelId) => EngineFacts | undefined) | undefined;
  /** Tokens of context with which the engine has loaded models before. Absent: not known. */
  readonly contexts?: LoadedContexts | undefined;
  /** What refusals have stated, by the model's name. Absent: nothing. */
  readonly rulesOf?: ((name: string) => RequestRules) | undefined;
};

const free: Price = { input: 0, output: 0 };

/** @param listed the provider's own list; `undefined`: it has not arrived */
export function describeModels(
  provider: ProviderConfig,
  listed: readonly ModelInfo[] | undefined,
  sources: ModelFactSources,
  settings: Settings['models'],
): Model[] {
  const { definition, models } = provider;
  const names = definition.modelNames ?? exactNames;
  const usual = definition.defaultModels ?? [];
  const infos = models
    ? models.map((name) => findModelNamed(names, listed ?? [], name) ?? { name })
    : (listed ?? usual.map((name) => ({ name })));
  // A cloud list holds dozens of models, old and expensive ones too: only the default models are in rotation by themselves.
  const inRotation = new Set(
    models || !infos.some(({ name }) => usual.includes(name)) ? infos.map(({ name }) => name) : usual,
  );

  const named = new Map(infos.map((info) => [info.name, info]));
  const owned = ownSettings(provider.name, settings);
  for (const [name] of owned) {
    if (name.includes('*')) continue;
    // The settings name a model that the provider does not list: it may answer all the same.
    if (provider.source === 'api' && !named.has(name)) named.set(name, { name });
  }
  return [...named.values()].flatMap((info) => {
    const id = modelId(provider.name, info.name);
    const engine = sources.engineFacts?.(id) ?? {};
    if (!canChat(provider, info.name, engine)) return [];
    const own = settingsOf(info.name, owned, names);
    return [describe(provider, info, sources, { engine, isUsual: inRotation.has(info.name), own })];
  });
}

/** Names that show another purpose, for as long as the engine has reported none. */
const notForChat = /embed|rerank/i;

/** Whether it may chat: as its engine reports, else, until that is asked, by its name. */
const canChat = ({ definition }: ProviderConfig, name: string, { chat }: EngineFacts): boolean =>
  chat ?? !(definition.details?.describe && notForChat.test(name));

/** The settings of a provider's models, by the model's name as the user writes it. */
const ownSettings = (
  provider: string,
  settings: Settings['models'],
): readonly (readonly [string, ModelSettings])[] =>
  Object.entries(settings).flatMap(([id, own]) => {
    const slash = id.indexOf('/');
    const name = id.slice(slash + 1);
    const owner = id.slice(0, slash);
    if (owner === provider && name !== '') return [[name, own] as const];
    // Of other spellings, and of patterns, only what restricts counts.
    const isMeant = owner === '*' || owner.toLowerCase() === provider.toLowerCase();
    return isMeant ? [[name, onlyRestrictions(own)] as const] : [];
  });

const onlyRestrictions = ({ locked, toggle }: ModelSettings): ModelSettings => ({
  ...(locked === true ? { locked } : {}),
  ...(toggle === false ? { toggle } : {}),
});

/** `gpt-*` fits every name that begins so. */
function fitsPattern(name: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.toLowerCase().split('*');
  const last = rest.pop();
  const lower = name.toLowerCase();
  if (last === undefined) return lower === first;
  let at = first.length;
  if (!lower.startsWith(first) || lower.length - last.length < at || !lower.endsWith(last)) return false;
  for (const part of rest) {
    at = lower.indexOf(part, at);
    if (at < 0) return false;
    at += part.length;
  }
  return at <= lower.length - last.length;
}

/** What the settings say of a model under any of its names; what switches it off or locks it applies under each. */
function settingsOf(
  name: string,
  owned: readonly (readonly [string, ModelSettings])[],
  names: ModelNames,
): ModelSettings | undefined {
  const matching = owned.flatMap(([written, own]) => {
    if (isSameModelName(names, name, written)) return [[written, own] as const];
    return fitsPattern(name, written) ? [[written, onlyRestrictions(own)] as const] : [];
  });
  if (matching.length < 2) return matching[0]?.[1];
  const exactLast = matching.toSorted(([one], [other]) => Number(one === name) - Number(other === name));
  const all = exactLast.map(([, own]) => own);
  return {
    ...Object.assign({}, ...all),
    ...(all.some(({ locked }) => locked) ? { locked: true } : {}),
    ...(all.some(({ toggle }) => toggle === false) ? { toggle: false } : {}),
  };
}

type DescribeOptions = {
  readonly engine: EngineFacts;
  readonly isUsual: boolean;
  readonly own: ModelSettings | undefined;
};

function describe(
  provider: ProviderConfig,
  info: ModelInfo,
  sources: ModelFactSources,
  { engine, isUsual, own }: DescribeOptions,
): Model {
  const { definition } = provider;
  const facts = sources.lookUp(definition.kind, info.name);
  const remote = info.remote === true || definition.isRemote?.(info.name) === true;
  const source = own?.source ?? (remote ? 'api' : provider.source);
  const rules = sources.rulesOf?.(info.name) ?? {};
  const support = definition.wire.support(info.name);
  const unsupportedFeatures = unsupportedFeaturesBy(rules, missingFeatures(support.features));
  const contextTokens = own?.contextTokens ?? rules.contextTokens;
  return {
    id: modelId(provider.name, info.name),
    provider: provider.name,
    kind: definition.kind,
    name: info.name,
    source,
    private: source === 'local' && provider.private && !remote,
    ...(source === 'local' && provider.onOtherMachine ? { onOtherMachine: true as const } : {}),
    toggle: own?.toggle ?? isUsual,
    locked: own?.locked ?? false,
    tier: own?.tier ?? facts.tier,
    ...(contextTokens === undefined
      ? contextOf(info, {
          engine,
          registered: facts.contextTokens,
          loadedBefore: sources.contexts,
          // Another machine gives it what its service gives.
          defaultTokens: remote ? undefined : definition.defaultContextTokens,
        })
      : { contextTokens }),
    maxOutputTokens:
      own?.maxOutputTokens ?? rules.maxOutputTokens ?? info.maxOutputTokens ?? facts.maxOutputTokens,
    abilities: {
      tools: own?.tools ?? engine.tools ?? info.tools ?? facts.abilities.tools,
      vision: own?.vision ?? engine.vision ?? info.vision ?? facts.abilities.vision,
    },
    ...((engine.reasoning ?? facts.reasoning) ? { reasons: true } : {}),
    ...(provider.standby ? { standby: true as const } : {}),
    wire: support.name,
    ...(unsupportedFeatures.length > 0 ? { unsupportedFeatures } : {}),
    price: own?.price ? priceOf(own.price) : source === 'local' ? free : facts.price,
  };
}

/** The fields of a request that a rejected field of the service's own request stands for. */
const fieldNames: Readonly<Record<string, Feature>> = {
  temperature: 'temperature',
  top_p: 'topP',
  seed: 'seed',
  random_seed: 'seed',
  top_k: 'topK',
  frequency_penalty: 'frequencyPenalty',
  presence_penalty: 'presencePenalty',
  prediction: 'prediction',
  service_tier: 'serviceTier',
  reasoning_effort: 'reasoningEffort',
  parallel_tool_calls: 'parallelToolCalls',
};

/** The fields that the model's service does not honour, those included that a refusal named. */
export function unsupportedFeaturesBy(
  { rejectedFields }: RequestRules,
  unsupported: readonly Feature[],
): readonly Feature[] {
  if (!rejectedFields) return unsupported;
  const rejected = Object.keys(rejectedFields).flatMap((name) => fieldNames[name] ?? []);
  return [...new Set([...unsupported, ...rejected])];
}

const priceOf = ({ input, output, cachedRead, cacheWrite }: NonNullable<ModelSettings['price']>): Price => ({
  input,
  output,
  ...(cachedRead === undefined ? {} : { cachedRead }),
  ...(cacheWrite === undefined ? {} : { cacheWrite }),
});
