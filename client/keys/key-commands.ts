/** The commands for API keys. A key goes from the password box to the server's key channel and nowhere else. */
import * as vscode from 'vscode';
import type { KeyReply } from '../../shared/key-channel.ts';
import type { ProviderStatus } from '../../shared/status.ts';
import { isCoolingDown } from '../format/provider.ts';
import { toClientErrorData } from '../notifications/error-messages.ts';
import { showInfo, showWarning } from '../notifications/notify.ts';
import { showError } from '../notifications/show-error.ts';
import type { ServerProcess } from '../server/process.ts';
import { editOptions, keyBox, pickKey, pickProvider, storedKeys } from './key-pickers.ts';
import { memoryOnlyKeys } from './memory-only-keys.ts';

/** Absent arguments: the user picks. */
export type KeyCommands = {
  /** @param provider the provider's name */
  set(provider?: string): Promise<void>;
  /** @param slot of one key */
  rotate(provider?: string, slot?: string): Promise<void>;
  edit(provider?: string, slot?: string): Promise<void>;
  /** Saves the keys of the environment. */
  importFromEnvironment(provider?: string): Promise<void>;
  remove(provider?: string, slot?: string): Promise<void>;
  removeEverything(): Promise<void>;
  test(provider?: string): Promise<void>;
  /** Lets the provider and its keys get requests again. */
  resetCircuit(provider?: string): Promise<void>;
};

export function createKeyCommands(server: ServerProcess): KeyCommands & vscode.Disposable {
  const memoryOnly = memoryOnlyKeys(server.keys);
  const resend = server.onRunning(memoryOnly.resendAll);

  const keys: KeyCommands = {
    set: (name) =>
      withProvider(server, name, 'Set the key of which provider?', acceptsKey, async (provider) => {
        const type =
          hasSavedKey(provider) && !isRefused(provider) ? await replaceOrAdd(provider) : 'rumbo/key/set';
        if (type === undefined) return;
        const key = await keyBox(provider);
        if (key === undefined) return;
        const typed = { type, key, origin: provider.origin };
        const reply = await withProgress(provider, () =>
          server.keys.send({ ...typed, provider: provider.name }),
        );
        memoryOnly.onSubmitted(provider.name, typed, reply);
        await showSaved(provider, type === 'rumbo/key/add', reply);
      }),
    rotate: (name, slot) =>
      withProvider(server, name, 'Rotate the key of which provider?', hasSavedKey, async (provider) => {
        const old = await pickKey(provider, `Replace which key of ${provider.label}?`, slot);
        if (!old || old === 'all') return;
        const key = await keyBox(provider, 'New API key');
        if (key === undefined) return;
        const { origin } = provider;
        const reply = await withProgress(provider, () =>
          server.keys.send({
            type: 'rumbo/key/rotate',
            provider: provider.name,
            slot: old.slot,
            key,
            origin,
          }),
        );
        memoryOnly.onRemoved(provider.name, old.slot);
        memoryOnly.onSubmitted(provider.name, { type: 'rumbo/key/add', key, origin }, reply);
        const show = reply.store === 'memory' ? showWarning : showInfo;
        void show(
          reply.message ??
            `${provider.label} accepted the new key, which has replaced “${old.name}”. Revoke the old one at the service.`,
        );
      }),
    edit: (name, slot) =>
      withProvider(server, name, 'Edit a key of which provider?', hasSavedKey, async (provider) => {
        const key = await pickKey(provider, `Edit which key of ${provider.label}?`, slot);
        if (!key || key === 'all') return;
        const options = await editOptions(key);
        if (!options) return;
        await server.keys.send({ type: 'rumbo/key/edit', provider: provider.name, slot: key.slot, options });
        memoryOnly.onEdited(provider.name, key.slot, options);
      }),
    importFromEnvironment: (name) =>
      withProvider(
        server,
        name,
        'Save the environment’s keys of which provider?',
        hasVariable,
        async (provider) => {
          const { label } = provider;
          const reply = await withProgress(provider, () =>
            server.keys.send({ type: 'rumbo/key/import', provider: provider.name }),
          );
          const show = reply.store === 'memory' ? showWarning : showInfo;
          void show(
            reply.message ??
              `The environment’s key of ${label} is ${storePlace(reply.store)}; it stays when the variable is unset.`,
          );
        },
      ),
    remove: (name, slot) =>
      withProvider(server, name, 'Remove the key of which provider?', hasSavedKey, async (provider) => {
        const stored = storedKeys(provider);
        const all = `All ${stored.length} keys`;
        const picked =
          stored.length === 0
            ? 'all'
            : await pickKey(provider, `Remove which key of ${provider.label}?`, slot, all);
        if (!picked) return;
        const one = picked === 'all' || stored.length === 1 ? undefined : picked;
        const reply = await withProgress(provider, () =>
          server.keys.send({
            type: 'rumbo/key/remove',
            provider: provider.name,
            ...(one ? { slot: one.slot } : {}),
          }),
        );
        memoryOnly.onRemoved(provider.name, one?.slot);
        notify(reply.message ?? removedText(provider.label, one?.name, stored.length));
      }),
    async removeEverything() {
      const question = 'Remove every API key that Rumbo has saved, of all providers?';
      const detail = 'Keys in environment variables stay. This cannot be undone.';
      const confirm = 'Remove All';
      const picked = await vscode.window.showWarningMessage(question, { modal: true, detail }, confirm);
      if (picked !== confirm) return;
      try {
        const reply = await server.keys.send({ type: 'rumbo/key/remove-everything' });
        memoryOnly.onEverythingRemoved();
        notify(reply.message ?? 'All saved API keys were removed.');
      } catch (error) {
        showError(toClientErrorData(error), { retry: keys.removeEverything });
      }
    },
    test: (name) =>
      withProvider(server, name, 'Test which provider?', isOn, async (provider) => {
        const { models } = await vscode.window.withProgress(
          {
            location: vscode.ProgressLocation.Notification,
            title: `Rumbo: asking ${provider.label} for its models`,
          },
          () => server.request('testProvider', { provider: provider.name }),
        );
        const result = `${provider.label} answered: ${modelCount(models)}.`;
        const count = keyCount(provider);
        notify(count > 1 ? `${result} ${sharedText(count)}` : result);
      }),
    resetCircuit: (name) =>
      withProvider(
        server,
        name,
        'Let which provider get requests again?',
        isCoolingDown,
        async (provider) => {
          await server.request('resetProvider', { provider: provider.name });
          notify(`${provider.label} and its keys get requests again.`);
        },
      ),
  };
  return { ...keys, dispose: () => resend.dispose() };
}

const acceptsKey = ({ key }: ProviderStatus): boolean => key !== 'not-needed';
const hasSavedKey = ({ key }: ProviderStatus): boolean =>
  key === 'keychain' || key === 'editor' || key === 'memory';
const hasVariable = ({ keys, key }: ProviderStatus): boolean =>
  key === 'environment' || keys.some(({ slot }) => slot === undefined);
/** Its only key was refused: setting a key then replaces it. */
const isRefused = ({ rule, keys }: ProviderStatus): boolean => rule === 'key' && keys.length <= 1;
const keyCount = ({ keys }: ProviderStatus): number => Math.max(1, keys.length);
const sharedText = (count: number): string => `Requests are shared among its ${count} keys.`;
const modelCount = (count: number): string => (count === 1 ? '1 model' : `${count} models`);
const isOn = ({ state }: ProviderStatus): boolean => state !== 'off';
const notify = (sentence: string): void => void showInfo(sentence);

/** @param name of the one key that was removed. Absent: all */
function removedText(label: string, name: string | undefined, count: number): string {
  if (name !== undefined) return `The key “${name}” of ${label} was removed.`;
  return count <= 1 ? `The key of ${label} was removed.` : `The ${count} keys of ${label} were removed.`;
}

/** Finds the provider or lets the user pick one, then runs `work`; an error shows as one sentence. */
async function withProvider(
  server: ServerProcess,
  name: string | undefined,
  question: string,
  fits: (provider: ProviderStatus) => boolean,
  work: (provider: ProviderStatus) => Promise<void>,
): Promise<void> {
  let picked = name;
  const run = () => withProvider(server, picked, question, fits, work);
  try {
    const { providers } = await server.request('status');
    const named = providers.find((provider) => provider.name === name);
    const provider = named ?? (await pickProvider(providers.filter(fits), question));
    picked = provider?.name ?? name;
    if (provider) await work(provider);
  } catch (error) {
    showError(toClientErrorData(error), { button: { label: 'Try Again', run } });
  }
}

/** Whether the new key replaces the stored ones. `undefined`: dismissed. */
async function replaceOrAdd(
  provider: ProviderStatus,
): Promise<'rumbo/key/set' | 'rumbo/key/add' | undefined> {
  const count = Math.max(1, storedKeys(provider).length);
  const items = [
    { label: count === 1 ? 'Replace the key' : `Replace all ${count} keys`, type: 'rumbo/key/set' as const },
    {
      label: 'Add another key',
      description: 'requests are shared among them',
      type: 'rumbo/key/add' as const,
    },
  ];
  const title = `Rumbo: ${provider.label} already has ${count === 1 ? 'a key' : `${count} keys`}`;
  return (await vscode.window.showQuickPick(items, { title }))?.type;
}

const withProgress = <Result>({ label }: ProviderStatus, work: () => Promise<Result>): Thenable<Result> =>
  vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: `Rumbo: the keychain and ${label} are asked about the key`,
    },
    work,
  );

const storePlace = (store: KeyReply['store']): string =>
  store === 'editor' ? 'saved in the editor’s secret storage' : 'saved in the system’s keychain';

async function showSaved(
  provider: ProviderStatus,
  added: boolean,
  { store, message, models }: Pick<KeyReply, 'store' | 'message' | 'models'>,
): Promise<void> {
  const memoryOnly = store === 'memory';
  const place = memoryOnly
    ? 'kept in memory only and will be lost when the editor closes'
    : storePlace(store);
  const sentences = [
    message ?? `The key of ${provider.label} is ${place}.`,
    ...(models === undefined ? [] : [`${provider.label} accepted it: ${modelCount(models)}.`]),
    ...(added && !message ? [sharedText(keyCount(provider) + 1)] : []),
  ];
  const show = memoryOnly ? showWarning : showInfo;
  // The service has been asked already.
  const buttons = models === undefined ? ['Test It'] : [];
  void show(sentences.join(' '), ...buttons).then(
    (picked) => picked && vscode.commands.executeCommand('rumbo.testApiKey', provider.name),
  );
}
