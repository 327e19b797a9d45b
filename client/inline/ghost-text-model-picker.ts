/** **Rumbo: Choose Ghost Text Models…**: checkboxes with speed and price; writes `rumbo.inline.models`. */
import * as vscode from 'vscode';
import { providerOf } from '../../shared/chat.ts';
import type { InlineCandidate } from '../../shared/inline.ts';
import type { Status } from '../../shared/status.ts';
import { candidateDetail, candidateLine } from '../format/ghost-text.ts';
import { toClientErrorData } from '../notifications/error-messages.ts';
import { showInfo } from '../notifications/notify.ts';
import { showError } from '../notifications/show-error.ts';
import type { ServerProcess } from '../server/process.ts';
import { modelsSetting } from './inline-models-setting.ts';

type Item = vscode.QuickPickItem & { readonly id?: string };

/** Returns whether the user selected at least one model. */
export async function chooseGhostTextModels(
  server: ServerProcess,
  title = 'Rumbo: choose models for ghost text',
): Promise<boolean> {
  try {
    const candidates = await ghostTextCandidates(server);
    if (candidates.length === 0) {
      const picked = await showInfo(
        'No model is known yet: start a local engine or add a key.',
        'Show Providers',
      );
      if (picked) await vscode.commands.executeCommand('rumbo.showProviders');
      return false;
    }
    const items = itemsOf(candidates.filter(isSelectable(server.status)));
    const picked = await vscode.window.showQuickPick(items, {
      title,
      placeHolder: items.some(({ description }) => description?.startsWith('about'))
        ? 'Cloud models cost money and receive what you type'
        : 'Cloud models are listed once their provider has a key',
      canPickMany: true,
      matchOnDescription: true,
    });
    if (!picked) return false;
    const selected = new Set(picked.flatMap(({ id }) => (id === undefined ? [] : [id])));
    return await saveSelection(candidates, selected);
  } catch (error) {
    const retry = () => chooseGhostTextModels(server, title);
    showError(toClientErrorData(error), { button: { label: 'Try Again', run: retry } });
    return false;
  }
}

/** Models of a provider without a key cannot be used, so that selecting them would have no effect. */
const isSelectable = (status: Status | undefined) => {
  const keyless = new Set(status?.providers.filter(({ key }) => key === 'none').map(({ name }) => name));
  return ({ model, allowed, usable }: InlineCandidate): boolean =>
    allowed || usable || !keyless.has(providerOf(model));
};

/** Every candidate. Refreshes the model lists of local engines first, contacts no cloud provider. */
export const ghostTextCandidates = (server: ServerProcess): Thenable<readonly InlineCandidate[]> =>
  vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: 'Rumbo: looking for models' },
    async () => {
      await server.request('listModels', { refresh: true });
      return server.request('inlineCandidates');
    },
  );

async function saveSelection(
  candidates: readonly InlineCandidate[],
  selected: ReadonlySet<string>,
): Promise<boolean> {
  const configuration = vscode.workspace.getConfiguration('rumbo');
  const current: unknown = configuration.inspect('inline.models')?.globalValue;
  const entries = Array.isArray(current) ? current.filter((each) => typeof each === 'string') : [];
  const setting = modelsSetting(candidates, selected, entries);
  if (setting) {
    await configuration.update('inline.models', setting, vscode.ConfigurationTarget.Global);
    return true;
  }
  const off = 'Turn Ghost Text Off';
  const picked = await showInfo('No model was selected; the setting is unchanged.', off);
  if (picked) await vscode.commands.executeCommand('rumbo.turnGhostTextOff');
  return false;
}

function itemsOf(candidates: readonly InlineCandidate[]): Item[] {
  const group = (source: InlineCandidate['source'], label: string): Item[] => {
    const models = candidates.filter((each) => each.source === source);
    if (models.length === 0) return [];
    return [{ label, kind: vscode.QuickPickItemKind.Separator }, ...models.map(itemOf)];
  };
  return [...group('local', 'your own'), ...group('api', 'cloud: paid, receives what you type')];
}

function itemOf(candidate: InlineCandidate): Item {
  const detail = candidateDetail(candidate);
  return {
    id: candidate.model,
    label: candidate.model,
    description: candidateLine(candidate),
    ...(detail ? { detail } : {}),
    picked: candidate.allowed,
  };
}
