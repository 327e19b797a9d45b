/** Set, remove and test API keys. A key goes from the password box to the server's key channel and nowhere else. */
import * as vscode from 'vscode';
import type { KeyReply } from '../../shared/key-channel.ts';
import type { ProviderStatus } from '../../shared/status.ts';
import { keySentence, stateIcon } from '../format/provider.ts';
import { toClientErrorData } from '../notifications/error-messages.ts';
import { showInfo, showWarning } from '../notifications/notify.ts';
import { showError } from '../notifications/show-error.ts';
import { keyProblem } from '../server/key-channel.ts';
import type { ServerProcess } from '../server/process.ts';

export type KeyCommands = {
  /** @param provider the provider's name. Absent: the user picks */
  set(provider?: string): Promise<void>;
  remove(provider?: string): Promise<void>;
  test(provider?: string): Promise<void>;
};

/** A key that the user submits; the client stores it when the server can keep it in memory only. */
type KeySubmission = { readonly type: 'rumbo/key/set' | 'rumbo/key/add'; readonly key: string };

export function createKeyCommands(server: ServerProcess): KeyCommands & vscode.Disposable {
  // The server loses these keys when it ends, so that they are submitted again to the next one.
  const memoryOnlyKeys = new Map<string, readonly KeySubmission[]>();
  const submit = (provider: string, submission: KeySubmission) =>
    server.keys.send({ ...submission, provider });
  const resend = server.onRunning(() => {
    for (const [provider, list] of memoryOnlyKeys) void submitAll(provider, list).catch(() => undefined);
  });
  // In order: the first may replace others.
  const submitAll = async (provider: string, list: readonly KeySubmission[]) => {
    for (const submission of list) await submit(provider, submission);
  };
  const remember = (provider: string, submission: KeySubmission, store: KeyReply['store']): void => {
    const before = submission.type === 'rumbo/key/add' ? (memoryOnlyKeys.get(provider) ?? []) : [];
    // A key that is submitted again must not replace one that was saved since.
    const additions = before.map((each) => ({ ...each, type: 'rumbo/key/add' }) as const);
    const after = store === 'memory' ? [...before, submission] : additions;
    if (after.length > 0) memoryOnlyKeys.set(provider, after);
    else memoryOnlyKeys.delete(provider);
  };

  const keys: KeyCommands = {
    set: (name) =>
      withProvider(server, name, 'Set the key of which provider?', acceptsKey, async (provider) => {
        const type =
          hasSavedKey(provider) && !isRefused(provider) ? await replaceOrAdd(provider) : 'rumbo/key/set';
        if (type === undefined) return;
        const key = await keyBox(provider);
        if (key === undefined) return;
        const reply = await withKeychainProgress(() => submit(provider.name, { type, key }));
        remember(provider.name, { type, key }, reply.store);
        await showSaved(provider, type === 'rumbo/key/add', reply);
      }),
    remove: (name) =>
      withProvider(server, name, 'Remove the key of which provider?', hasSavedKey, async (provider) => {
        const reply = await withKeychainProgress(() =>
          server.keys.send({ type: 'rumbo/key/remove', provider: provider.name }),
        );
        memoryOnlyKeys.delete(provider.name);
        const count = keyCount(provider);
        const { label } = provider;
        const sentence =
          count === 1 ? `The key of ${label} was removed.` : `The ${count} keys of ${label} were removed.`;
        notify(reply.message ?? sentence);
      }),
    test: (name) =>
      withProvider(server, name, 'Test which provider?', isOn, async (provider) => {
        const { models } = await vscode.window.withProgress(
          {
            location: vscode.ProgressLocation.Notification,
            title: `Rumbo: asking ${provider.label} for its models`,
          },
          () => server.request('testProvider', { provider: provider.name }),
        );
        const result = `${provider.label} answered: ${models === 1 ? '1 model' : `${models} models`}.`;
        const count = keyCount(provider);
        notify(count > 1 ? `${result} ${sharedText(count)}` : result);
      }),
  };
  return { ...keys, dispose: () => resend.dispose() };
}

const acceptsKey = ({ key }: ProviderStatus): boolean => key !== 'not-needed';
const hasSavedKey = ({ key }: ProviderStatus): boolean => key === 'keychain' || key === 'memory';
/** Its only key was refused: setting a key then replaces it. */
const isRefused = ({ rule, keys }: ProviderStatus): boolean => rule === 'key' && keys.length <= 1;
/** The server lists keys only when there are several. */
const keyCount = ({ keys }: ProviderStatus): number => Math.max(1, keys.length);
const sharedText = (count: number): string => `Requests are shared among its ${count} keys.`;
const isOn = ({ state }: ProviderStatus): boolean => state !== 'off';
const notify = (sentence: string): void => void showInfo(sentence);

/** Finds the provider or lets the user pick one, then runs `work`; an error shows as one sentence. */
async function withProvider(
  server: ServerProcess,
  name: string | undefined,
  question: string,
  fits: (provider: ProviderStatus) => boolean,
  work: (provider: ProviderStatus) => Promise<void>,
): Promise<void> {
  const retry = () => withProvider(server, name, question, fits, work);
  try {
    const { providers } = await server.request('status');
    const named = providers.find((provider) => provider.name === name);
    const provider = named ?? (await pick(providers.filter(fits), question));
    if (provider) await work(provider);
  } catch (error) {
    showError(toClientErrorData(error), { retry });
  }
}

async function pick(
  providers: readonly ProviderStatus[],
  title: string,
): Promise<ProviderStatus | undefined> {
  if (providers.length === 0) {
    notify('No provider fits. The Rumbo view lists all of them.');
    return undefined;
  }
  const items = providers.map((provider) => ({
    label: `$(${stateIcon(provider)}) ${provider.label}`,
    description: provider.name,
    detail: keySentence(provider.key),
    provider,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: `Rumbo: ${title}`,
    matchOnDescription: true,
  });
  return picked?.provider;
}

/** Whether the new key replaces the stored ones. `undefined`: dismissed. */
async function replaceOrAdd(provider: ProviderStatus): Promise<KeySubmission['type'] | undefined> {
  const count = keyCount(provider);
  const items: readonly (vscode.QuickPickItem & Pick<KeySubmission, 'type'>)[] = [
    { label: count === 1 ? 'Replace the key' : `Replace all ${count} keys`, type: 'rumbo/key/set' },
    { label: 'Add another key', description: 'requests are shared among them', type: 'rumbo/key/add' },
  ];
  const title = `Rumbo: ${provider.label} already has ${count === 1 ? 'a key' : `${count} keys`}`;
  return (await vscode.window.showQuickPick(items, { title }))?.type;
}

async function keyBox({ label, origin, key }: ProviderStatus): Promise<string | undefined> {
  const typed = await vscode.window.showInputBox({
    title: `Rumbo: API key of ${label}`,
    prompt: `It is sent to ${origin} only.${key === 'environment' ? ' A key in the environment takes precedence for this run.' : ''}`,
    password: true,
    ignoreFocusOut: true,
    validateInput: (value) => (value === '' ? undefined : keyProblem(value)),
  });
  if (typed === undefined) return undefined;
  const problem = keyProblem(typed);
  if (!problem) return typed.trim();
  void showWarning(`${problem} Nothing was saved.`);
  return undefined;
}

const withKeychainProgress = <Result>(work: () => Promise<Result>): Thenable<Result> =>
  vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: 'Rumbo: opening the keychain' },
    work,
  );

async function showSaved(
  provider: ProviderStatus,
  added: boolean,
  { store, message }: Pick<KeyReply, 'store' | 'message'>,
): Promise<void> {
  const memoryOnly = store === 'memory';
  const storage = memoryOnly
    ? 'kept in memory only and will be lost when the editor closes'
    : 'saved in the system’s keychain';
  const sharing = added ? ` ${sharedText(keyCount(provider) + 1)}` : '';
  const show = memoryOnly ? showWarning : showInfo;
  void show(message ?? `The key of ${provider.label} is ${storage}.${sharing}`, 'Test It').then(
    (picked) => picked && vscode.commands.executeCommand('rumbo.testApiKey', provider.name),
  );
}
