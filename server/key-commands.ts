/** Keys the client hands over on the IPC channel of the process it forked; see shared/key-channel.ts. */
import type { KeyCommand, KeyReply } from '../shared/key-channel.ts';
import type { Fleet } from './providers/fleet.ts';
import type { Keys } from './secrets/keys.ts';

/** Answers each command once. A provider whose key changed starts afresh. */
export function keyCommands(keys: Keys, fleet: Fleet) {
  return async (command: KeyCommand): Promise<KeyReply> => {
    const reply = { type: 'rumbo/key/reply', id: command.id } as const;
    const provider = fleet.get(command.provider);
    if (!provider) return { ...reply, message: `There is no provider ${command.provider}.` };
    const done =
      command.type === 'rumbo/key/set'
        ? await keys.set(provider.owner, command.key)
        : await keys.remove(provider.owner);
    provider.reset();
    return { ...reply, ...done };
  };
}
