/** A provider's models from its own list, the registry, and the user's settings, which win over both. Pure. */
import { modelId } from '../../shared/chat.ts';
import type { Model, Price } from '../../shared/models.ts';
import type { ModelSettings, Settings } from '../../shared/settings.ts';
import type { ModelInfo } from '../wire/wire-format.ts';
import type { ProviderConfig } from './provider-config.ts';

/** The registry's facts about a model; `null`: unknown. */
export type RegistryFacts = Pick<
  Model,
  'tier' | 'contextTokens' | 'maxOutputTokens' | 'price' | 'abilities'
> & {
  /** Absent as `null`: unknown. */
  readonly reasoning?: boolean | null;
};

const free: Price = { input: 0, output: 0 };

/**
 * @param listed the provider's own list; `undefined`: it has not arrived
 * @param lookUp the registry, by engine kind and the model's name
 */
export function describeModels(
  provider: ProviderConfig,
  listed: readonly ModelInfo[] | undefined,
  lookUp: (kind: string, name: string) => RegistryFacts,
  settings: Settings['models'],
): Model[] {
  const { definition, models } = provider;
  const usual = definition.defaultModels ?? [];
  const infos = models
    ? models.map((name) => find(listed, name))
    : (listed ?? usual.map((name) => ({ name })));
  // A cloud list holds dozens of models, old and expensive ones too: only the default models are in rotation by themselves.
  const inRotation = new Set(
    models ?? (infos.some(({ name }) => usual.includes(name)) ? usual : infos.map(({ name }) => name)),
  );

  const named = new Map(infos.map((info) => [info.name, info]));
  for (const id of Object.keys(settings)) {
    const name = id.startsWith(`${provider.name}/`) ? id.slice(provider.name.length + 1) : '';
    // The settings name a model that the provider does not list: it may answer all the same.
    if (name && !named.has(name) && provider.source === 'api') named.set(name, { name });
  }
  return [...named.values()].map((info) => {
    const own = settings[modelId(provider.name, info.name)];
    return describe(provider, info, lookUp(definition.kind, info.name), inRotation.has(info.name), own);
  });
}

const find = (listed: readonly ModelInfo[] | undefined, name: string): ModelInfo =>
  listed?.find((info) => info.name === name) ?? { name };

function describe(
  provider: ProviderConfig,
  info: ModelInfo,
  facts: RegistryFacts,
  usual: boolean,
  own: ModelSettings | undefined,
): Model {
  const remote = info.remote === true || provider.definition.isRemote?.(info.name) === true;
  const source = own?.source ?? (remote ? 'api' : provider.source);
  const unsupportedFields = provider.definition.wire.unsupportedFields?.(info.name) ?? [];
  return {
    id: modelId(provider.name, info.name),
    provider: provider.name,
    name: info.name,
    source,
    private: source === 'local' && provider.private && !remote,
    toggle: own?.toggle ?? usual,
    locked: own?.locked ?? false,
    tier: own?.tier ?? facts.tier,
    contextTokens: own?.contextTokens ?? info.contextTokens ?? facts.contextTokens,
    maxOutputTokens: own?.maxOutputTokens ?? info.maxOutputTokens ?? facts.maxOutputTokens,
    abilities: {
      tools: own?.tools ?? info.tools ?? facts.abilities.tools,
      vision: own?.vision ?? info.vision ?? facts.abilities.vision,
    },
    ...(facts.reasoning ? { reasons: true } : {}),
    ...(unsupportedFields.length > 0 ? { unsupportedFields } : {}),
    price: own?.price ? priceOf(own.price) : source === 'local' ? free : facts.price,
  };
}

const priceOf = ({ input, output, cachedRead, cacheWrite }: NonNullable<ModelSettings['price']>): Price => ({
  input,
  output,
  ...(cachedRead === undefined ? {} : { cachedRead }),
  ...(cacheWrite === undefined ? {} : { cacheWrite }),
});
