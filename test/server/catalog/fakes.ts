/** Providers of the catalogue as object literals. */
import type { LocalModelsProvider } from '../../../server/catalog/local-models.ts';
import type { EngineDefinition } from '../../../server/engines/engine.ts';
import type { EngineDetails, EngineLifecycle, NativeApi } from '../../../server/engines/local-engine.ts';
import { exactNames } from '../../../server/engines/model-names.ts';
import { engines } from '../../../server/engines/table.ts';
import { resolveProviderConfigs } from '../../../server/providers/provider-config.ts';
import type { LocalModel } from '../../../shared/local-models.ts';
import type { Model } from '../../../shared/models.ts';
import type { ProviderState, ProviderStatus } from '../../../shared/status.ts';

export const noNativeApi: NativeApi = {
  json: () => Promise.reject(new Error('no request is expected')),
  lines: () => {
    throw new Error('no request is expected');
  },
};

/** An engine whose models are this list; loading and pulling change it. */
export function fakeLifecycle(models: LocalModel[]) {
  const calls: string[] = [];
  const setState = (name: string, state: LocalModel['state']) => {
    const index = models.findIndex((model) => model.name === name);
    models.splice(index < 0 ? models.length : index, index < 0 ? 0 : 1, { ...models[index], name, state });
  };
  const lifecycle: EngineLifecycle = {
    label: 'Fake',
    canCancelPull: true,
    names: exactNames,
    async list() {
      calls.push('list');
      return [...models];
    },
    async load(name, options) {
      calls.push(`load ${name} ${options.keepAliveSeconds}`);
      setState(name, 'loaded');
      return 100;
    },
    async unload(name) {
      calls.push(`unload ${name}`);
      setState(name, 'on-disk');
    },
    async pull(name) {
      calls.push(`pull ${name}`);
      setState(name, 'on-disk');
    },
  };
  return { lifecycle, calls };
}

export type FakeProviderOptions = {
  readonly kind?: string;
  readonly lifecycle?: EngineLifecycle;
  readonly details?: EngineDetails;
  readonly models?: readonly string[];
  readonly enabled?: boolean;
};

/** A provider with a list that can be changed; a refresh counts, and makes `next` the list. */
export function fakeProvider(
  name: string,
  { kind = 'vllm', lifecycle, details, models, enabled = true }: FakeProviderOptions = {},
) {
  const settings = {
    kind,
    baseUrl: 'http://127.0.0.1:9',
    enabled,
    ...(models ? { models: [...models] } : {}),
  };
  const config = resolveProviderConfigs({ [name]: settings }, engines, {}).providers.find(
    (each) => each.name === name,
  );
  if (!config) throw new Error(`${name} cannot be set up`);
  const { lifecycle: _lifecycle, details: _details, ...plain } = config.definition;
  const definition: EngineDefinition = {
    ...plain,
    ...(lifecycle ? { lifecycle: () => lifecycle } : {}),
    ...(details ? { details } : {}),
  };
  const fake = {
    config: { ...config, definition },
    nativeApi: noNativeApi,
    modelList: undefined as LocalModelsProvider['modelList'],
    next: [] as NonNullable<LocalModelsProvider['modelList']>,
    refreshes: 0,
    ageMs: Number.POSITIVE_INFINITY,
    currentState: 'ready' as ProviderState,
    async refresh() {
      fake.refreshes += 1;
      fake.ageMs = 0;
      fake.modelList = fake.next;
    },
    listAgeMs: () => fake.ageMs,
    state: () => fake.currentState,
  };
  return fake;
}

export type FakeProvider = ReturnType<typeof fakeProvider>;

export function fakeProviders(...all: FakeProvider[]) {
  const cooldowns = new Map<string, never>();
  return {
    get: (name: string) => all.find(({ config }) => config.name === name),
    all: () => all,
    cooldowns: () => cooldowns,
    models: (): readonly Model[] =>
      all.flatMap(({ config, modelList = [] }) =>
        modelList.map(({ name }) => model(`${config.name}/${name}`, config.source)),
      ),
  };
}

const model = (id: Model['id'], source: Model['source']): Model => ({
  id,
  provider: id.slice(0, id.indexOf('/')),
  name: id.slice(id.indexOf('/') + 1),
  source,
  private: source === 'local',
  toggle: true,
  locked: false,
  tier: null,
  contextTokens: null,
  maxOutputTokens: null,
  abilities: { tools: null, vision: null },
  price: source === 'local' ? { input: 0, output: 0 } : null,
});

export const statusNamed = (name: string): ProviderStatus => ({ name }) as ProviderStatus;
