/** What a client may request of providers, as functions of the params; request-handlers.ts puts them on the wire. */
import { RumboError } from '../../shared/errors.ts';
import type { Model } from '../../shared/models.ts';
import type { ListModelsParams } from '../../shared/protocol.ts';
import type { Provider } from '../providers/provider.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';

export type ProviderRequestDeps = Pick<ProviderRegistry, 'refresh' | 'models'> & {
  get(name: string): Pick<Provider, 'reset' | 'test'> | undefined;
};

export const providerRequests = (providers: ProviderRequestDeps) => ({
  async listModels({ provider, refresh }: ListModelsParams): Promise<readonly Model[]> {
    if (provider !== undefined && !providers.get(provider)) throw unknownProvider(provider);
    if (refresh) await providers.refresh(provider);
    return providers.models().filter((model) => provider === undefined || model.provider === provider);
  },
  /** How many models it lists. Rejects with what is wrong. */
  async testProvider(name: string): Promise<number> {
    const provider = providers.get(name);
    if (!provider) throw unknownProvider(name);
    provider.reset();
    return provider.test();
  },
  /** Its circuits close and its keys are used again. */
  resetProvider(name: string): null {
    const provider = providers.get(name);
    if (!provider) throw unknownProvider(name);
    provider.reset();
    return null;
  },
});

const unknownProvider = (name: string) =>
  new RumboError(`There is no provider ${JSON.stringify(name)}.`, {
    kind: 'invalid-request',
    action: 'Choose one from the Providers view.',
  });
