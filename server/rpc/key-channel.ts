/** Keys the client hands over on the IPC channel of the process it forked; see shared/key-channel.ts. */
import { toRumboError } from '../../shared/errors.ts';
import type { KeyCommand, KeyReply } from '../../shared/key-channel.ts';
import { redactKeys, rememberKey } from '../platform/redact-keys.ts';
import type { Provider } from '../providers/provider.ts';
import { keyFault } from '../secrets/key-fault.ts';
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
  channel.on('message', async (message: KeyCommand) => {
    if (!message.type.startsWith('rumbo/key/')) return;
    await deps.ready();
    channel.send?.(await handle(message));
  });
}

type KeyProvider = Pick<Provider, 'owner' | 'reset' | 'testKey' | 'refresh'> & {
  readonly config: Pick<Provider['config'], 'label'>;
};

export type KeyCommandDeps = {
  readonly keys: Pick<
    KeyStore,
    'set' | 'add' | 'rotate' | 'importFromEnvironment' | 'edit' | 'remove' | 'removeEverything'
  >;
  readonly providers: { get(name: string): KeyProvider | undefined; all(): readonly KeyProvider[] };
};
type Result = Omit<KeyReply, 'type' | 'id'>;
type NewKeyCommand = Extract<KeyCommand, { readonly key: string }>;

/** Answers each command once. A provider whose key changed starts afresh. */
export function keyCommandHandler({ keys, providers }: KeyCommandDeps) {
  return async (command: KeyCommand): Promise<KeyReply> => {
    const reply = { type: 'rumbo/key/reply', id: command.id } as const;
    // A service or a store may repeat it.
    if ('key' in command) rememberKey(command.key);
    const result = await runCommand(command);
    return { ...reply, ...result, ...(result.message ? { message: redactKeys(result.message) } : {}) };
  };

  async function runCommand(command: KeyCommand): Promise<Result> {
    if (command.type === 'rumbo/key/remove-everything') {
      const result = await keys.removeEverything(providers.all().map(({ owner }) => owner));
      for (const provider of providers.all()) provider.reset();
      return result;
    }
    const provider = providers.get(command.provider);
    if (!provider) return { message: `There is no provider ${command.provider}.` };
    if ('key' in command) return saveNewKey(keys, provider, command);
    const result = await applyCommand(keys, provider, command);
    // Another label is no reason to forget what is known of the keys.
    if (command.type !== 'rumbo/key/edit') provider.reset();
    return result;
  }
}

function applyCommand(
  keys: KeyCommandDeps['keys'],
  { owner }: KeyProvider,
  command: Exclude<KeyCommand, NewKeyCommand | { readonly type: 'rumbo/key/remove-everything' }>,
): Promise<Result> | Result {
  switch (command.type) {
    case 'rumbo/key/import':
      return keys.importFromEnvironment(owner);
    case 'rumbo/key/edit':
      return keys.edit(owner, command.slot, command.options);
    case 'rumbo/key/remove':
      return keys.remove(owner, command.slot);
  }
}

/** Tests a key at the provider's address, and saves it unless the service refuses it. */
async function saveNewKey(
  keys: KeyCommandDeps['keys'],
  provider: KeyProvider,
  command: NewKeyCommand,
): Promise<Result> {
  const { config } = provider;
  const fault = keyFault(command.key) ?? originFault(provider, command);
  if (fault) return { message: fault };
  const test = command.isResent ? {} : await testKey(provider, command.key);
  // The address may have changed while the service was asked.
  const movedFault = originFault(provider, command);
  if (movedFault) return { message: movedFault };
  if (test.isRefused) return { message: refusedMessage(config.label) };
  if (command.type === 'rumbo/key/rotate' && test.failure !== undefined)
    return { message: `The new key could not be tested, so the old one stays: ${test.failure} Try again.` };
  const result = await save(keys, provider, command);
  provider.reset();
  if (result.store === undefined) return result;
  // Its models are listed at once: the service was asked anyway.
  if (test.models !== undefined) void provider.refresh();
  const message = [
    result.message ?? (test.failure && 'The key is saved.'),
    test.failure && `It could not be tested: ${test.failure}`,
  ]
    .filter(Boolean)
    .join(' ');
  return {
    ...result,
    ...(message === '' ? {} : { message }),
    ...(test.models === undefined ? {} : { models: test.models }),
  };
}

function save(keys: KeyCommandDeps['keys'], { owner }: KeyProvider, command: NewKeyCommand): Promise<Result> {
  switch (command.type) {
    case 'rumbo/key/set':
      return keys.set(owner, command.key);
    case 'rumbo/key/add':
      return keys.add(owner, command.key);
    case 'rumbo/key/rotate':
      return keys.rotate(owner, command.slot, command.key);
  }
}

type KeyTest = {
  /** Absent: it was not tested. */
  readonly models?: number;
  /** The service does not know the key. */
  readonly isRefused?: boolean;
  /** Why nothing is known of the key, one sentence. */
  readonly failure?: string;
};

async function testKey(provider: KeyProvider, key: string): Promise<KeyTest> {
  try {
    const models = await provider.testKey(key);
    return models === undefined ? {} : { models };
  } catch (thrown) {
    const { kind, data, message } = toRumboError(thrown);
    // A key may be allowed to use models and not to list them.
    if (kind === 'unauthorized' && data.status !== 403 && !data.behindGateway) return { isRefused: true };
    return { failure: kind === 'cancelled' ? 'The service did not respond in time.' : message };
  }
}

const refusedMessage = (label: string): string =>
  `${label} refused this key, so it was not saved. Check the key and set it again.`;

/** Why a key must not go to the provider's present address, not even to be tested. `undefined`: it was typed for it. */
const originFault = (
  { owner, config: { label } }: KeyProvider,
  { origin }: NewKeyCommand,
): string | undefined =>
  origin === undefined || origin === owner.origin
    ? undefined
    : `The address of ${label} has changed from ${origin} to ${owner.origin} since the key was typed, so it was not saved. Set the key again.`;
