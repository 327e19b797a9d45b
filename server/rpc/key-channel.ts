/** Keys the client hands over on the IPC channel of the process it forked; see shared/key-channel.ts. */
import type { KeyCommand, KeyReply } from '../../shared/key-channel.ts';
import { redactKeys, rememberKey } from '../platform/redact-keys.ts';
import type { Provider } from '../providers/provider.ts';
import type { KeyOwner } from '../secrets/key-owner.ts';
import type { KeyStore } from '../secrets/keys.ts';

/** The end of the IPC channel in the server: that of its own process. */
type KeyChannel = Pick<NodeJS.Process, 'on'> & { readonly send?: (reply: KeyReply) => unknown };

/** Answers the commands of the client. A server without a channel gets none. */
export function serveKeyCommands(
  channel: KeyChannel,
  deps: KeyCommandDeps & { readonly ready: () => Promise<unknown> | undefined },
): void {
  if (!channel.send) return;
  const handle = keyCommandHandler(deps);
  channel.on('message', async (command: KeyCommand) => {
    await deps.ready();
    channel.send?.(await handle(command));
  });
}

export type KeyCommandDeps = {
  readonly keys: Pick<KeyStore, 'set' | 'add' | 'remove'>;
  readonly providers: { get(name: string): Pick<Provider, 'owner' | 'reset'> | undefined };
};

/** Answers each command once. A provider whose key changed starts afresh. */
export function keyCommandHandler({ keys, providers }: KeyCommandDeps) {
  return async (command: KeyCommand): Promise<KeyReply> => {
    const reply = { type: 'rumbo/key/reply', id: command.id } as const;
    if ('key' in command) rememberKey(command.key);
    const provider = providers.get(command.provider);
    if (!provider) return { ...reply, message: `There is no provider ${command.provider}.` };
    const stored = await applyKeyCommand(keys, provider.owner, command);
    provider.reset();
    return { ...reply, ...stored, ...(stored.message ? { message: redactKeys(stored.message) } : {}) };
  };
}

function applyKeyCommand(
  keys: KeyCommandDeps['keys'],
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
