/** One table: command id → function. */
import * as vscode from 'vscode';
import { modelId } from '../shared/chat.ts';
import type { DiscoveredEndpoint } from '../shared/discovery.ts';
import { type InlineEvent, inlineAccepted } from '../shared/inline.ts';
import type { Model } from '../shared/models.ts';
import type { RouteParams } from '../shared/protocol.ts';
import type { Receipt } from '../shared/receipts.ts';
import { askForCode, type CodeDeps } from './answers/code.ts';
import { correctTaskType } from './answers/correct-task-type.ts';
import { explainRoute, showWhyThisModel } from './answers/explain.ts';
import { askForPlan } from './answers/plan.ts';
import { askStrongerModel } from './answers/stronger-model.ts';
import { type GenerateHereDeps, generateHere } from './inline/generate-here.ts';
import {
  type GhostTextCommandDeps,
  pauseGhostText,
  suggestHere,
  toggleGhostTextLanguage,
  turnGhostTextOff,
  turnGhostTextOn,
} from './inline/ghost-text-commands.ts';
import { chooseGhostTextModels } from './inline/ghost-text-model-picker.ts';
import type { KeyCommands } from './keys/key-commands.ts';
import { discoverEndpoints, ignoreEndpoint, useEndpoint } from './models/endpoint-discovery.ts';
import type { LocalModelActions } from './models/local-models.ts';
import { lockModel, pinModel, setModelTier, toggleModel } from './models/model-settings.ts';
import { runRegistryRefresh } from './models/registry-refresh.ts';
import { chooseStrategy } from './models/strategy-picker.ts';
import { toClientErrorData } from './notifications/error-messages.ts';
import { showInfo } from './notifications/notify.ts';
import { showError } from './notifications/show-error.ts';
import { addEndpoint, openSettings } from './settings/open-settings.ts';
import type { TreeNode } from './views/live-tree.ts';
import { showMenu } from './views/menu.ts';
import type { ProvidersView } from './views/providers.ts';
import type { TreeRow } from './views/rows.ts';

export type CommandDeps = CodeDeps &
  GenerateHereDeps &
  GhostTextCommandDeps & {
    readonly keys: KeyCommands;
    readonly view: ProvidersView;
    readonly localModels: LocalModelActions;
    readonly log: vscode.LogOutputChannel;
  };

/** A row of one of the trees. */
type Picked = TreeNode<TreeRow>;

/** Arguments come from menus (a row, a document's address) or from our own buttons. */
// biome-ignore lint/suspicious/noExplicitAny: each command has arguments of its own
type Command = (...args: any[]) => unknown;

export const commandTable = (parts: CommandDeps) =>
  ({
    'rumbo.plan': () => askForPlan(parts),
    'rumbo.code': () => askForCode(parts),
    'rumbo.whyThisModel': (receipt?: Receipt) => showWhyThisModel(parts, receipt),
    'rumbo.useStrongerModel': () => askStrongerModel(parts),
    'rumbo.explainRoute': (request?: RouteParams) => explainRoute(parts, request),
    'rumbo.chooseStrategy': chooseStrategy,

    'rumbo.generateHere': () => generateHere(parts),
    'rumbo.acceptGenerated': () => parts.previews.accept(),
    'rumbo.dropGenerated': () => parts.previews.drop(),
    'rumbo.suggestHere': () => suggestHere(parts),
    'rumbo.turnGhostTextOn': () => turnGhostTextOn(parts),
    'rumbo.turnGhostTextOff': turnGhostTextOff,
    'rumbo.pauseGhostText': () => pauseGhostText(parts, true),
    'rumbo.resumeGhostText': () => pauseGhostText(parts, false),
    'rumbo.toggleGhostTextLanguage': toggleGhostTextLanguage,
    'rumbo.chooseGhostTextModels': () => chooseGhostTextModels(parts.server),
    [inlineAccepted]: (id: InlineEvent['id']) => tellAccepted(parts, id),

    'rumbo.setApiKey': (about?: string | Picked) => parts.keys.set(providerOf(about)),
    'rumbo.removeApiKey': (about?: string | Picked) => parts.keys.remove(providerOf(about)),
    'rumbo.testApiKey': (about?: string | Picked) => parts.keys.test(providerOf(about)),

    'rumbo.showProviders': () => vscode.commands.executeCommand('rumbo.providers.focus'),
    'rumbo.showAllProviders': () => parts.view.showAll(),
    'rumbo.refreshProviders': () => parts.view.refresh(),
    'rumbo.discover': () => discoverEndpoints(parts),
    'rumbo.useEndpoint': (row?: Picked) => withOffer(row, useEndpoint),
    'rumbo.ignoreEndpoint': (row?: Picked) => withOffer(row, ignoreEndpoint),
    'rumbo.pullModel': (about?: string | Picked) => parts.localModels.pull(providerOf(about)),
    'rumbo.loadModel': (row?: Picked) => withModel(row, ({ id }) => parts.localModels.load(id)),
    'rumbo.unloadModel': (row?: Picked) => withModel(row, ({ id }) => parts.localModels.unload(id)),
    'rumbo.stopPull': (picked?: Picked) => stopPull(parts, picked?.row),

    'rumbo.toggleModel': (row?: Picked) => withModel(row, toggleModel),
    'rumbo.lockModel': (row?: Picked) => withModel(row, (model) => lockModel(model, true)),
    'rumbo.unlockModel': (row?: Picked) => withModel(row, (model) => lockModel(model, false)),
    'rumbo.setModelTier': (row?: Picked) => withModel(row, setModelTier),
    'rumbo.pinModel': (row?: Picked) => withModel(row, pinModel),

    'rumbo.stop': (uri?: vscode.Uri) => parts.running.stop(uri),
    'rumbo.saveAnswer': (uri?: vscode.Uri) => saveAnswer(parts, uri),
    'rumbo.acceptChange': (uri?: vscode.Uri) => parts.proposals.accept(uri),
    'rumbo.discardChange': (uri?: vscode.Uri) => parts.proposals.discard(uri),

    'rumbo.clearCache': () => clearCache(parts),
    'rumbo.correctTaskType': () => correctTaskType(parts),
    'rumbo.refreshRegistry': () => runRegistryRefresh(parts),
    'rumbo.restartServer': () => restartServer(parts),
    'rumbo.showLog': () => parts.log.show(),
    'rumbo.showMenu': () => showMenu(parts.ghostText.state),
    'rumbo.openSettings': openSettings,
    'rumbo.nameEndpoint': addEndpoint,
  }) satisfies Record<`rumbo.${string}`, Command>;

const providerOf = (about?: string | Picked): string | undefined => {
  if (typeof about === 'string') return about;
  return about?.row.type === 'provider' ? about.row.provider.name : undefined;
};

const withModel = <Result>(picked: Picked | undefined, work: (model: Model) => Result): Result | undefined =>
  picked?.row.type === 'model' ? work(picked.row.model) : undefined;

const withOffer = (picked: Picked | undefined, work: (endpoint: DiscoveredEndpoint) => unknown): unknown =>
  picked?.row.type === 'offer' ? work(picked.row.endpoint) : undefined;

const stopPull = ({ localModels }: CommandDeps, row?: TreeRow): void => {
  if (row?.type === 'coming') localModels.stop(modelId(row.about, row.local.name));
};

/** A copy that can be edited and saved under any name. */
async function saveAnswer({ documents }: CommandDeps, uri?: vscode.Uri): Promise<void> {
  const from = uri ?? vscode.window.activeTextEditor?.document.uri;
  const content = from && documents.text(from);
  if (content === undefined) return;
  const document = await vscode.workspace.openTextDocument({ content, language: 'markdown' });
  await vscode.window.showTextDocument(document, { preview: false });
}

/** The server also sees it in the text; nothing is worth a word here. */
async function tellAccepted({ server }: CommandDeps, id: InlineEvent['id']): Promise<void> {
  await server.use((connection) => connection.inlineEvent({ id, type: 'accepted' })).catch(() => undefined);
}

async function clearCache({ server }: CommandDeps): Promise<void> {
  try {
    const cleared = await server.use((connection) => connection.clearCache());
    const answers = cleared === 1 ? '1 remembered answer' : `${cleared} remembered answers`;
    void showInfo(cleared === 0 ? 'Rumbo’s cache was empty.' : `Rumbo has forgotten ${answers}.`);
  } catch (error) {
    showError(toClientErrorData(error));
  }
}

async function restartServer({ server }: CommandDeps): Promise<void> {
  try {
    await server.restart();
    vscode.window.setStatusBarMessage('Rumbo’s server has been restarted.', 5000);
  } catch (error) {
    showError(toClientErrorData(error));
  }
}
