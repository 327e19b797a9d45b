/** Where each model is requested: its engine and server, and the llama-server slot of a document. */
import type { Model } from '../../shared/models.ts';
import type { ModelCatalog } from '../catalog/model-catalog.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';
import type { CompletionEndpoint } from './prompting/generate-with-fallback.ts';
import { llamaSlots } from './prompting/llama-slots.ts';

export type ModelEndpointsDeps = {
  readonly providers: Pick<ProviderRegistry, 'get' | 'all'>;
  readonly modelCatalog: Pick<ModelCatalog, 'details'>;
};

export function modelEndpoints({ providers, modelCatalog }: ModelEndpointsDeps) {
  const slots = llamaSlots({
    async fetchProps({ baseUrl, model }, signal) {
      const provider = providers.all().find(({ config }) => config.baseUrl === baseUrl);
      if (!provider) return undefined;
      const path = `/props?model=${encodeURIComponent(model)}`;
      return provider.nativeApi.json({ path }, signal);
    },
  });

  /** `undefined`: its provider no longer exists. */
  const endpointOf = ({ id, provider: name, name: model }: Model): CompletionEndpoint | undefined => {
    const provider = providers.get(name);
    if (!provider) return undefined;
    const { definition, baseUrl } = provider.config;
    const [details] = modelCatalog.details([id]);
    const supportsFim = details?.fields.fim;
    return { engine: provider.engine, model, kind: definition.kind, baseUrl, supportsFim };
  };

  return {
    endpointOf,
    /** `undefined`: the server has no slots to choose from, or their number is not known yet. */
    slotOf(model: Model, uri: string): number | undefined {
      const endpoint = endpointOf(model);
      return endpoint?.kind === 'llama-cpp' ? slots.slotFor(endpoint, uri) : undefined;
    },
    /** The document was closed: its slot is free. */
    closed: slots.onDocumentClosed,
  };
}

export type ModelEndpoints = ReturnType<typeof modelEndpoints>;
