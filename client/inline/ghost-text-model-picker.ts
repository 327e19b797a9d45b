/** **Rumbo: Choose Ghost Text Models…**: check boxes with speed and price; writes `rumbo.inline.models`. */
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

/** Returns whether something was chosen. */
export async function chooseGhostTextModels(
  server: ServerProcess,
  title = 'Rumbo: which models may write ghost text',
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
    const items = itemsOf(candidates.filter(isWorthShowing(server.status)));
    const picked = await vscode.window.showQuickPick(items, {
      title,
      placeHolder: items.some(({ description }) => description?.startsWith('about'))
        ? 'Cloud models are paid and get what you type'
        : 'A cloud model can be ticked here once it has a key',
      canPickMany: true,
      matchOnDescription: true,
    });
    if (!picked) return false;
    const ticked = new Set(picked.flatMap(({ id }) => (id === undefined ? [] : [id])));
    return await write(candidates, ticked);
  } catch (error) {
    const again = () => chooseGhostTextModels(server, title);
    showError(toClientErrorData(error), { button: { label: 'Try Again', run: again } });
    return false;
  }
}

/** Who has no key could be ticked, and would write nothing. */
const isWorthShowing = (status: Status | undefined) => {
  const keyless = new Set(status?.providers.filter(({ key }) => key === 'none').map(({ name }) => name));
  return ({ model, allowed, usable }: InlineCandidate): boolean =>
    allowed || usable || !keyless.has(providerOf(model));
};

/** As known now; local engines are asked for their lists first, cloud services are not. */
export const ghostTextCandidates = (server: ServerProcess): Thenable<readonly InlineCandidate[]> =>
  vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: 'Rumbo: looking for models' },
    () =>
      server.use(async (connection) => {
        await connection.listModels({ refresh: true });
        return connection.inlineCandidates();
      }),
  );

async function write(candidates: readonly InlineCandidate[], ticked: ReadonlySet<string>): Promise<boolean> {
  const configuration = vscode.workspace.getConfiguration('rumbo');
  const said: unknown = configuration.inspect('inline.models')?.globalValue;
  const named = Array.isArray(said) ? said.filter((each) => typeof each === 'string') : [];
  const setting = modelsSetting(candidates, ticked, named);
  if (setting) {
    await configuration.update('inline.models', setting, vscode.ConfigurationTarget.Global);
    return true;
  }
  const off = 'Turn Ghost Text Off';
  const picked = await showInfo('No model was ticked, so nothing was changed.', off);
  if (picked) await vscode.commands.executeCommand('rumbo.turnGhostTextOff');
  return false;
}

function itemsOf(candidates: readonly InlineCandidate[]): Item[] {
  const group = (source: InlineCandidate['source'], label: string): Item[] => {
    const models = candidates.filter((each) => each.source === source);
    if (models.length === 0) return [];
    return [{ label, kind: vscode.QuickPickItemKind.Separator }, ...models.map(itemOf)];
  };
  return [...group('local', 'your own'), ...group('api', 'cloud: paid, gets what you type')];
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
