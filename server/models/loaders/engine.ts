/** Loads facts from the engine that runs a model. */
import type { DetailFacts } from '../../../shared/model-details.ts';
import type { EngineDefinition } from '../../engines/engine.ts';
import type { ListedModel, NativeApi } from '../../engines/local-engine.ts';
import { definedFields } from '../../platform/defined-fields.ts';
import type { ModelInfo } from '../../wire/wire-format.ts';
import type { DetailLoader } from '../detail-loader.ts';

/** Such facts change only when the engine's program does. */
const maxAgeMs = 24 * 3_600_000;
/** More requests at a time would slow down the user's own. */
const concurrency = 4;

/** @param apiOf the interface of a provider's engine; `undefined`: it must not be contacted now */
export const engineLoader = (
  definitions: readonly Pick<EngineDefinition, 'kind' | 'details'>[],
  apiOf: (provider: string) => NativeApi | undefined,
): DetailLoader => {
  const describeOf = (kind: string) => definitions.find((each) => each.kind === kind)?.details?.describe;
  return {
    name: 'engine',
    maxAgeMs,
    appliesTo: ({ kind, provider, loaded }) =>
      loaded !== false && describeOf(kind) !== undefined && apiOf(provider) !== undefined,
    async load(models, signal) {
      const loaded = new Map<(typeof models)[number]['id'], DetailFacts>();
      const waiting = [...models];
      const work = async (): Promise<void> => {
        for (let model = waiting.shift(); model; model = waiting.shift()) {
          const api = apiOf(model.provider);
          // One failure does not affect the other models.
          const facts = api && (await describeOf(model.kind)?.(api, model, signal).catch(() => undefined));
          if (facts) loaded.set(model.id, facts);
        }
      };
      await Promise.all(Array.from({ length: concurrency }, work));
      return loaded;
    },
  };
};

/** A model from the ordinary list of a service without an interface of its own. */
export const toListedModel = ({ name, contextTokens, tools, vision }: ModelInfo): ListedModel => ({
  name,
  facts: definedFields({ chat: true, contextTokens, tools, vision }),
});
