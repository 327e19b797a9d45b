/** Which models answer without loading since they share the weights of a loaded one. */
import type { NativeApi } from '../local-engine.ts';
import { parseShownModel } from './shown-model.ts';

type Listed = { readonly name: string; readonly digest?: string | undefined };

/** Models for which one list may cost a request. */
const maxRequests = 64;

/**
 * Models made from one file share a runner, and Ollama lists it under the name of the model that was loaded first. With
 * another size of context they load the file anew.
 */
export function sharedRunners(api: NativeApi) {
  /** By name and digest: what a model is run with. A model under the same digest stays the same. */
  const runnerKeys = new Map<string, Promise<string | undefined>>();
  const runnerKeyOf = ({ name, digest = '' }: Listed, signal: AbortSignal): Promise<string | undefined> => {
    const key = `${name} ${digest}`;
    const before = runnerKeys.get(key);
    if (before !== undefined) return before;
    const request = api
      .json({ path: '/api/show', body: { model: name } }, signal)
      .then((value) => {
        const { weights, facts } = parseShownModel(value);
        return weights && `${weights} ${facts.configuredContextTokens ?? ''}`;
      })
      .catch(() => {
        runnerKeys.delete(key);
        return undefined;
      });
    runnerKeys.set(key, request);
    return request;
  };

  return {
    /** The loaded entries by the names of all models that they serve. */
    async withSharedWeights<Loaded extends { readonly name: string }>(
      models: readonly Listed[],
      loaded: readonly Loaded[],
      signal: AbortSignal,
    ): Promise<ReadonlyMap<string, Loaded>> {
      const byName = new Map(loaded.map((entry) => [entry.name, entry]));
      const others = models.filter(({ name }) => !byName.has(name)).slice(0, maxRequests);
      const servers = models.filter(({ name }) => byName.has(name));
      if (servers.length === 0 || others.length === 0) return byName;
      const byKey = new Map<string, Loaded>();
      for (const model of servers) {
        const key = await runnerKeyOf(model, signal);
        const entry = byName.get(model.name);
        if (key && entry) byKey.set(key, entry);
      }
      for (const model of others) {
        const key = await runnerKeyOf(model, signal);
        const entry = key === undefined ? undefined : byKey.get(key);
        if (entry) byName.set(model.name, entry);
      }
      return byName;
    },
  };
}
