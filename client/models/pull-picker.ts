/** Which engine is to fetch a model, and which model: two questions, the first only where there are several engines. */
import * as vscode from 'vscode';
import type { ModelSuggestion } from '../../shared/local-models.ts';
import type { ProviderStatus } from '../../shared/status.ts';
import { suggestionText } from '../format/local-model.ts';
import { providerDescription, stateIcon } from '../format/provider.ts';
import { showWarning } from '../notifications/notify.ts';

const discover = 'Discover Local Endpoints';

/** `undefined`: there is none, which is said, or the user went away. */
export async function choosePullEngine(
  providers: readonly ProviderStatus[],
): Promise<ProviderStatus | undefined> {
  const engines = providers.filter(({ local, state }) => local && state !== 'off' && state !== 'unreachable');
  if (engines.length <= 1) {
    if (engines.length === 0) sayNone();
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

/** It may stay unanswered for ever. */
const sayNone = (): void =>
  void showWarning(
    'No engine is running that can fetch a model. Start Ollama, Docker Model Runner, LM Studio or llama.cpp’s router.',
    discover,
  ).then((picked) => picked && vscode.commands.executeCommand('rumbo.discover'));

type Choice = vscode.QuickPickItem & { readonly name?: string };

/** The name of a model as its engine is to be asked for it. `undefined`: the user went away. */
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
      // A name that cannot be one says so, and stays to be mended.
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
  const here = new Set(models.map(({ name }) => name));
  return suggestions.flatMap((suggestion) => {
    const name = suggestion.names[kind];
    if (name === undefined) return [];
    const label = `${here.has(name) ? '$(check)' : '$(cloud-download)'} ${suggestion.label}`;
    const detail = here.has(name) ? 'It is on this machine already.' : suggestionText(suggestion);
    return [{ label, description: name, detail, name }];
  });
}

/** What was typed as the first choice, unless a suggestion is called just so. */
function typed(value: string, suggested: readonly Choice[]): Choice[] {
  const name = value.trim();
  if (name === '' || suggested.some((each) => each.name === name)) return [];
  if (/\s/.test(name))
    return [{ label: 'The name of a model has no space in it.', alwaysShow: true, description: name }];
  return [{ label: `$(cloud-download) Pull ${name}`, alwaysShow: true, name }];
}
