/** Asks the engine that runs a model. */
import type { ModelInfo } from '../../wire/wire-format.ts';
import type { DetailLoader } from '../detail-loader.ts';
import type { ModelFacts } from '../model-facts.ts';
import type { ListedModel } from '../model-set.ts';
import type { EngineDetails, NativeGet } from './native.ts';
import { definedFields } from './reading.ts';

/** What an engine tells of a model that stays as it is changes with its program only. */
const maxAgeMs = 24 * 3_600_000;
/** A workstation's engine answers a few such questions at a time; more would keep its user waiting. */
const concurrency = 4;

/** @param askOf how a provider's engine is asked; `undefined`: there is no such provider */
export const engineLoader = (
  interfaces: readonly EngineDetails[],
  askOf: (provider: string) => NativeGet | undefined,
): DetailLoader => {
  const detailsOf = (kind: string) => interfaces.find((each) => each.kind === kind)?.details;
  return {
    name: 'engine',
    maxAgeMs,
    appliesTo: ({ kind, provider, loaded }) =>
      loaded !== false && detailsOf(kind) !== undefined && askOf(provider) !== undefined,
    async load(models, signal) {
      const found = new Map<(typeof models)[number]['id'], ModelFacts>();
      const waiting = [...models];
      const work = async (): Promise<void> => {
        for (let model = waiting.shift(); model; model = waiting.shift()) {
          const ask = askOf(model.provider);
          const details = detailsOf(model.kind);
          // One that fails is asked about again; the others are none the worse.
          const finding = ask && (await details?.(ask, model, signal).catch(() => undefined));
          if (finding) found.set(model.id, finding);
        }
      };
      await Promise.all(Array.from({ length: concurrency }, work));
      return found;
    },
  };
};

/** A model of a service without an interface of its own, from its ordinary list. */
export const toListedModel = ({ name, contextTokens, tools, vision }: ModelInfo): ListedModel => ({
  name,
  facts: definedFields({ chat: true, contextTokens, tools, vision }),
});
