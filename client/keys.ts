/** Set, remove and test API keys. A key goes from the password box to the server's key channel and nowhere else. */
import * as vscode from 'vscode';
import type { ProviderStatus } from '../shared/status.ts';
import { failureOf } from './failures.ts';
import { keyProblem } from './key-channel.ts';
import { inform, warn } from './notify.ts';
import type { Server } from './server.ts';
import { showFailure } from './show-failure.ts';
import { keySentence, stateIcon } from './texts/provider.ts';

export type Keys = {
  /** @param provider the provider's name. Absent: the user picks */
  set(provider?: string): Promise<void>;
  remove(provider?: string): Promise<void>;
  test(provider?: string): Promise<void>;
};

export function createKeys(server: Server): Keys & vscode.Disposable {
  // Keys that no store kept: the server forgets them when it ends, so they are handed over again.
  const unsaved = new Map<string, string>();
  const resend = server.onRunning(() => {
    for (const [provider, key] of unsaved)
      void server
        .use(({ keys }) => keys.send({ type: 'rumbo/key/set', provider, key }))
        .catch(() => undefined);
  });

  const keys: Keys = {
    set: (name) =>
      withProvider(server, name, 'Set the key of which provider?', takesKey, async (provider) => {
        const key = await keyBox(provider);
        if (key === undefined) return;
        const reply = await saving(() =>
          server.use(({ keys: channel }) =>
            channel.send({ type: 'rumbo/key/set', provider: provider.name, key }),
          ),
        );
        if (reply.store === 'memory') unsaved.set(provider.name, key);
        else unsaved.delete(provider.name);
        await saved(provider, reply.store === 'memory', reply.message);
      }),
    remove: (name) =>
      withProvider(server, name, 'Remove the key of which provider?', hasSavedKey, async (provider) => {
        const reply = await saving(() =>
          server.use(({ keys: channel }) =>
            channel.send({ type: 'rumbo/key/remove', provider: provider.name }),
          ),
        );
        unsaved.delete(provider.name);
        say(reply.message ?? `The key of ${provider.label} was removed.`);
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
        say(`${provider.label} answered: ${models === 1 ? '1 model' : `${models} models`}.`);
      }),
  };
  return { ...keys, dispose: () => resend.dispose() };
}

const takesKey = ({ key }: ProviderStatus): boolean => key !== 'not-needed';
const hasSavedKey = ({ key }: ProviderStatus): boolean => key === 'keychain' || key === 'memory';
const isOn = ({ state }: ProviderStatus): boolean => state !== 'off';
const say = (sentence: string): void => void inform(sentence);

/** Finds or asks for the provider, then does the work; failures show as one sentence. */
async function withProvider(
  server: Server,
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
    showFailure(failureOf(error), { ask: again });
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
  void warn(`${problem} Nothing was saved.`);
  return undefined;
}

const saving = <Result>(work: () => Promise<Result>): Thenable<Result> =>
  vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: 'Rumbo: opening the keychain' },
    work,
  );

async function saved(
  provider: ProviderStatus,
  memoryOnly: boolean,
  message: string | undefined,
): Promise<void> {
  const sentence = memoryOnly
    ? (message ??
      `The key of ${provider.label} is kept in memory only and will be gone when the editor closes.`)
    : `The key of ${provider.label} is saved in the system’s keychain.`;
  const tell = memoryOnly ? warn : inform;
  void tell(sentence, 'Test It').then(
    (picked) => picked && vscode.commands.executeCommand('rumbo.testApiKey', provider.name),
  );
}
