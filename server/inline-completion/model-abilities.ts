/** How a model generates ghost text, if it does at all. */
import type { Model } from '../../shared/models.ts';
import type { ModelCatalog } from '../catalog/model-catalog.ts';
import type { OutputFormat } from './generator.ts';
import type { ModelEndpoints } from './model-endpoints.ts';
import { completionModesFor } from './prompting/completion-modes.ts';
import type { ModeCache } from './prompting/mode-cache.ts';

export type ModelAbilitiesDeps = {
  readonly modelCatalog: Pick<ModelCatalog, 'details'>;
  readonly endpoints: Pick<ModelEndpoints, 'endpointOf'>;
  readonly modes: Pick<ModeCache, 'workingMode'>;
};

export function modelAbilities({ modelCatalog, endpoints, modes }: ModelAbilitiesDeps) {
  return {
    /** It embeds texts and generates none. */
    isEmbedding(model: Model): boolean {
      const [details] = modelCatalog.details([model.id]);
      const types = details?.types ?? [];
      return types.includes('embedding') ? !types.includes('chat') : /embed|rerank/i.test(model.name);
    },
    /** By the mode that last worked, or the first one to try. `undefined`: its provider no longer exists. */
    formatOf(model: Model): OutputFormat | undefined {
      const endpoint = endpoints.endpointOf(model);
      if (!endpoint) return undefined;
      const { kind, engine, supportsFim } = endpoint;
      const supportsPrefill = engine.supportsPrefill(model.name);
      const [firstMode] = completionModesFor(model.name, kind, { supportsPrefill, supportsFim });
      const mode = modes.workingMode(endpoint) ?? firstMode;
      return mode === 'fill' || mode === 'template' ? 'fill' : 'chat';
    },
  };
}

export type ModelAbilities = ReturnType<typeof modelAbilities>;
