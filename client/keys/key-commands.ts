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

/** A key on its way to the server, which the client holds on to when nothing saves it. */
type KeySubmission = { readonly type: 'rumbo/key/set' | 'rumbo/key/add'; readonly key: string };

export function createKeyCommands(server: ServerProcess): KeyCommands & vscode.Disposable {
  // Keys that no store kept: the server forgets them when it ends, so they are handed over again.
  const unsaved = new Map<string, readonly KeySubmission[]>();
  const hand = (provider: string, handed: KeySubmission) =>
    server.use(({ keys }) => keys.send({ ...handed, provider }));
  const resend = server.onRunning(() => {
    for (const [provider, list] of unsaved) void handAll(provider, list).catch(() => undefined);
  });
  // In their order: the first may take the place of others.
  const handAll = async (provider: string, list: readonly KeySubmission[]) => {
    for (const handed of list) await hand(provider, handed);
  };
  const remember = (provider: string, handed: KeySubmission, store: KeyReply['store']): void => {
    const before = handed.type === 'rumbo/key/add' ? (unsaved.get(provider) ?? []) : [];
    // What is handed over again must not take the place of one that was saved since.
    const beside = before.map((each) => ({ ...each, type: 'rumbo/key/add' }) as const);
    const after = store === 'memory' ? [...before, handed] : beside;
    if (after.length > 0) unsaved.set(provider, after);
    else unsaved.delete(provider);
  };

  const keys: KeyCommands = {
    set: (name) =>
      withProvider(server, name, 'Set the key of which provider?', takesKey, async (provider) => {
        const type =
          hasSavedKey(provider) && !isRefused(provider) ? await replaceOrAdd(provider) : 'rumbo/key/set';
        if (type === undefined) return;
        const key = await keyBox(provider);
        if (key === undefined) return;
        const reply = await saving(() => hand(provider.name, { type, key }));
        remember(provider.name, { type, key }, reply.store);
        await saved(provider, type === 'rumbo/key/add', reply);
      }),
    remove: (name) =>
      withProvider(server, name, 'Remove the key of which provider?', hasSavedKey, async (provider) => {
        const reply = await saving(() =>
          server.use(({ keys: channel }) =>
            channel.send({ type: 'rumbo/key/remove', provider: provider.name }),
          ),
        );
        unsaved.delete(provider.name);
        const count = keyCount(provider);
        const { label } = provider;
        const sentence =
          count === 1 ? `The key of ${label} was removed.` : `The ${count} keys of ${label} were removed.`;
        say(reply.message ?? sentence);
      }),
    test: (name) =>
      withProvider(server, name, 'Test which provider?', isOn, async (provider) => {
        const { models } = await vscode.window.withProgress(
          {
            location: vscode.ProgressLocation.Notification,
            title: `Rumbo: asking ${provider.label} for its models`,
          },
          () => server.use((connection) => connection.testProvider(provider.name)),
        );
        const listed = `${provider.label} answered: ${models === 1 ? '1 model' : `${models} models`}.`;
        const count = keyCount(provider);
        say(count > 1 ? `${listed} ${shared(count)}` : listed);
      }),
  };
  return { ...keys, dispose: () => resend.dispose() };
}

const takesKey = ({ key }: ProviderStatus): boolean => key !== 'not-needed';
const hasSavedKey = ({ key }: ProviderStatus): boolean => key === 'keychain' || key === 'memory';
/** Its only key was refused: whoever sets one then means to replace it. */
const isRefused = ({ rule, keys }: ProviderStatus): boolean => rule === 'key' && keys.length <= 1;
/** Keys it has; the server lists them when there are several. */
const keyCount = ({ keys }: ProviderStatus): number => Math.max(1, keys.length);
const shared = (count: number): string => `Requests are shared among its ${count} keys.`;
const isOn = ({ state }: ProviderStatus): boolean => state !== 'off';
const say = (sentence: string): void => void showInfo(sentence);

/** Finds or asks for the provider, then does the work; failures show as one sentence. */
async function withProvider(
  server: ServerProcess,
  name: string | undefined,
  question: string,
  fits: (provider: ProviderStatus) => boolean,
  work: (provider: ProviderStatus) => Promise<void>,
): Promise<void> {
  const again = () => withProvider(server, name, question, fits, work);
  try {
    const { providers } = await server.use((connection) => connection.status());
    const named = providers.find((provider) => provider.name === name);
    const provider = named ?? (await pick(providers.filter(fits), question));
    if (provider) await work(provider);
  } catch (error) {
    showError(toClientErrorData(error), { retry: again });
  }
}

async function pick(
  providers: readonly ProviderStatus[],
  title: string,
): Promise<ProviderStatus | undefined> {
  if (providers.length === 0) {
    say('There is no provider this applies to. The Rumbo view lists them all.');
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

/** What is to become of the keys that are there. `undefined`: nothing, the user went away. */
async function replaceOrAdd(provider: ProviderStatus): Promise<KeySubmission['type'] | undefined> {
  const count = keyCount(provider);
  const items: readonly (vscode.QuickPickItem & Pick<KeySubmission, 'type'>)[] = [
    { label: count === 1 ? 'Replace the key' : `Replace all ${count} keys`, type: 'rumbo/key/set' },
    { label: 'Add another key', description: 'requests are shared among them', type: 'rumbo/key/add' },
  ];
  const title = `Rumbo: ${provider.label} has ${count === 1 ? 'a key' : `${count} keys`} already`;
  return (await vscode.window.showQuickPick(items, { title }))?.type;
}

async function keyBox({ label, origin, key }: ProviderStatus): Promise<string | undefined> {
  const typed = await vscode.window.showInputBox({
    title: `Rumbo: API key of ${label}`,
    prompt: `It is only ever sent to ${origin}.${key === 'environment' ? ' A key is set in the environment; it wins for this run.' : ''}`,
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

const saving = <Result>(work: () => Promise<Result>): Thenable<Result> =>
  vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: 'Rumbo: opening the keychain' },
    work,
  );

async function saved(
  provider: ProviderStatus,
  added: boolean,
  { store, message }: Pick<KeyReply, 'store' | 'message'>,
): Promise<void> {
  const memoryOnly = store === 'memory';
  const place = memoryOnly
    ? 'kept in memory only and will be gone when the editor closes'
    : 'saved in the system’s keychain';
  const among = added ? ` ${shared(keyCount(provider) + 1)}` : '';
  const tell = memoryOnly ? showWarning : showInfo;
  void tell(message ?? `The key of ${provider.label} is ${place}.${among}`, 'Test It').then(
    (picked) => picked && vscode.commands.executeCommand('rumbo.testApiKey', provider.name),
  );
}
