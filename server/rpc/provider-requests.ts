/** What a client may ask about providers, as functions of their params; routes.ts puts them on the wire. */
import { RumboError } from '../../shared/errors.ts';
import type { Model } from '../../shared/models.ts';
import type { ListModelsParams } from '../../shared/protocol.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';

export const providerRequests = (providers: Pick<ProviderRegistry, 'get' | 'refresh' | 'models'>) => ({
  async listModels({ provider, refresh }: ListModelsParams): Promise<readonly Model[]> {
    if (provider !== undefined && !providers.get(provider)) throw unknownProvider(provider);
    if (refresh) await providers.refresh(provider);
    return providers.models().filter((model) => provider === undefined || model.provider === provider);
  },
  /** How many models it lists. Rejects with what is wrong. */
  async testProvider(name: string): Promise<number> {
    const found = providers.get(name);
    if (!found) throw unknownProvider(name);
    found.reset();
    return found.test();
  },
});

const unknownProvider = (name: string) =>
  new RumboError(`There is no provider ${JSON.stringify(name)}.`, {
    kind: 'invalid-request',
    action: 'Choose one from the Providers view.',
  });
