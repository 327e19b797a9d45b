/** The names of a provider registry whose users write models as their providers list them. */
import type { ProviderRegistry } from '../../server/providers/provider-registry.ts';

export const plainNames: Pick<ProviderRegistry, 'listedId' | 'preferences'> = {
  listedId: (id) => id,
  preferences: (settings) => ({ roles: settings.roles, taskTypes: settings['routing.taskTypes'] }),
};
