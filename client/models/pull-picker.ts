/** Pickers of **Rumbo: Pull Local Model…**: the engine, where there are several, and the model. */
import * as vscode from 'vscode';
import type { ModelSuggestion } from '../../shared/local-models.ts';
import type { ProviderStatus } from '../../shared/status.ts';
import { suggestionText } from '../format/local-model.ts';
import { providerDescription, stateIcon } from '../format/provider.ts';
import { showWarning } from '../notifications/notify.ts';

const discover = 'Discover Local Endpoints';

/** `undefined`: no engine runs, which a notification reports, or dismissed. */
export async function choosePullEngine(
  providers: readonly ProviderStatus[],
): Promise<ProviderStatus | undefined> {
  const engines = providers.filter(({ local, state }) => local && state !== 'off' && state !== 'unreachable');
  if (engines.length <= 1) {
    if (engines.length === 0) showNoEngine();
    return engines[0];
  }
  const items = engines.map((provider) => ({
    label: `$(${stateIcon(provider)}) ${provider.label}`,
    description: providerDescription(provider, vscode.env.language),
    provider,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Rumbo: pull a model with which engine?',
  });
  return picked?.provider;
}

/** Does not wait: a notification can stay open forever. */
const showNoEngine = (): void =>
  void showWarning(
    'No running engine can download models. Start Ollama, Docker Model Runner, LM Studio or llama.cpp’s router.',
    discover,
  ).then((picked) => picked && vscode.commands.executeCommand('rumbo.discover'));

type Choice = vscode.QuickPickItem & { readonly name?: string };

/** The name of a model in its engine's registry. `undefined`: dismissed. */
export function choosePullModel(
  provider: ProviderStatus,
  suggestions: readonly ModelSuggestion[],
): Promise<string | undefined> {
  const pick = vscode.window.createQuickPick<Choice>();
  pick.title = `Rumbo: pull which model with ${provider.label}?`;
  pick.placeholder = 'Type its name, or choose one that fits this machine';
  pick.matchOnDescription = true;
  pick.ignoreFocusOut = true;
  const suggested = suggestedFor(provider, suggestions);
  const draw = () => {
    pick.items = [...typed(pick.value, suggested), ...suggested];
  };
  pick.onDidChangeValue(draw);
  draw();
  return new Promise((resolve) => {
    pick.onDidAccept(() => {
      const name = pick.activeItems[0]?.name;
      // The row explains what is wrong with the name; the box stays open.
      if (name === undefined) return;
      resolve(name);
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

function suggestedFor({ kind, models }: ProviderStatus, suggestions: readonly ModelSuggestion[]): Choice[] {
  const installed = new Set(models.map(({ name }) => name));
  return suggestions.flatMap((suggestion) => {
    const name = suggestion.names[kind];
    if (name === undefined) return [];
    const label = `${installed.has(name) ? '$(check)' : '$(cloud-download)'} ${suggestion.label}`;
    const detail = installed.has(name) ? 'Already on this machine.' : suggestionText(suggestion);
    return [{ label, description: name, detail, name }];
  });
}

/** The typed name as the first choice, unless a suggestion has the same name. */
function typed(value: string, suggested: readonly Choice[]): Choice[] {
  const name = value.trim();
  if (name === '' || suggested.some((each) => each.name === name)) return [];
  if (/\s/.test(name)) return [{ label: 'A model name has no spaces.', alwaysShow: true, description: name }];
  return [{ label: `$(cloud-download) Pull ${name}`, alwaysShow: true, name }];
}
