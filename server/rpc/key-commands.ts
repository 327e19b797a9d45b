/** Keys the client hands over on the IPC channel of the process it forked; see shared/key-channel.ts. */
import type { KeyCommand, KeyReply } from '../../shared/key-channel.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';
import type { KeyOwner } from '../secrets/key-owner.ts';
import type { KeyStore } from '../secrets/keys.ts';

/** Answers each command once. A provider whose key changed starts afresh. */
export function keyCommandHandler(keys: KeyStore, providers: ProviderRegistry) {
  return async (command: KeyCommand): Promise<KeyReply> => {
    const reply = { type: 'rumbo/key/reply', id: command.id } as const;
    const provider = providers.get(command.provider);
    if (!provider) return { ...reply, message: `There is no provider ${command.provider}.` };
    const done = await applyKeyCommand(keys, provider.owner, command);
    provider.reset();
    return { ...reply, ...done };
  };
}

function applyKeyCommand(
  keys: KeyStore,
  owner: KeyOwner,
  command: KeyCommand,
): Promise<Omit<KeyReply, 'type' | 'id'>> {
  switch (command.type) {
    case 'rumbo/key/set':
      return keys.set(owner, command.key);
    case 'rumbo/key/add':
      return keys.add(owner, command.key);
    case 'rumbo/key/remove':
      return keys.remove(owner);
  }
}
