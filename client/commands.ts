/** The commands: id → function. */
import * as vscode from 'vscode';
import type { AskParams } from '../shared/ask.ts';
import { modelId } from '../shared/chat.ts';
import type { DiscoveredEndpoint } from '../shared/discovery.ts';
import { type InlineEvent, inlineAccepted } from '../shared/inline.ts';
import type { Model } from '../shared/models.ts';
import type { Receipt } from '../shared/receipts.ts';
import { askForCode, type CodeDeps } from './answers/code.ts';
import { correctTaskType } from './answers/correct-task-type.ts';
import { type ExplainRouteDeps, showRouteExplanation, showWhyThisModel } from './answers/explain.ts';
import { askForPlan, type PlanDeps } from './answers/plan.ts';
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
import { allowHttp } from './models/unencrypted-addresses.ts';
import { toClientErrorData } from './notifications/error-messages.ts';
import { showInfo } from './notifications/notify.ts';
import { showError } from './notifications/show-error.ts';
import { copyDiagnostics } from './server/copy-diagnostics.ts';
import { addEndpoint, openSettings } from './settings/open-settings.ts';
import type { TreeNode } from './views/live-tree.ts';
import { showMenu } from './views/menu.ts';
import type { ProvidersView } from './views/providers.ts';
import type { TreeRow } from './views/rows.ts';

/** Every module that a command uses; each command names those it needs. */
export type CommandDeps = PlanDeps &
  CodeDeps &
  ExplainRouteDeps &
  GenerateHereDeps &
  GhostTextCommandDeps & {
    readonly keys: KeyCommands;
    readonly providersView: ProvidersView;
    readonly localModels: LocalModelActions;
    readonly log: vscode.LogOutputChannel;
  };

/** A row of a tree, as a menu of the tree passes it. */
type Node = TreeNode<TreeRow>;

/** Arguments come from menus (a row, a document's URI) or from Rumbo's own buttons. */
// biome-ignore lint/suspicious/noExplicitAny: each command has arguments of its own
type Command = (...args: any[]) => unknown;

export const commandTable = (deps: CommandDeps) =>
  ({
    'rumbo.plan': () => askForPlan(deps),
    'rumbo.code': () => askForCode(deps),
    'rumbo.whyThisModel': (receipt?: Receipt) => showWhyThisModel(deps, receipt),
    'rumbo.useStrongerModel': () => askStrongerModel(deps),
    'rumbo.explainRoute': (request?: AskParams) => showRouteExplanation(deps, request),
    'rumbo.chooseStrategy': chooseStrategy,

    'rumbo.generateHere': () => generateHere(deps),
    'rumbo.acceptGenerated': () => deps.previews.accept(),
    'rumbo.dropGenerated': () => deps.previews.drop(),
    'rumbo.suggestHere': () => suggestHere(deps),
    'rumbo.turnGhostTextOn': () => turnGhostTextOn(deps),
    'rumbo.turnGhostTextOff': turnGhostTextOff,
    'rumbo.pauseGhostText': () => pauseGhostText(deps, true),
    'rumbo.resumeGhostText': () => pauseGhostText(deps, false),
    'rumbo.toggleGhostTextLanguage': toggleGhostTextLanguage,
    'rumbo.chooseGhostTextModels': () => chooseGhostTextModels(deps.server),
    [inlineAccepted]: (id: InlineEvent['id']) => reportAccepted(deps, id),

    'rumbo.setApiKey': (target?: string | Node) => deps.keys.set(providerOf(target)),
    'rumbo.rotateApiKey': (target?: string | Node) => deps.keys.rotate(providerOf(target), slotOf(target)),
    'rumbo.editApiKey': (target?: string | Node) => deps.keys.edit(providerOf(target), slotOf(target)),
    'rumbo.importApiKeys': (target?: string | Node) => deps.keys.importFromEnvironment(providerOf(target)),
    'rumbo.removeApiKey': (target?: string | Node) => deps.keys.remove(providerOf(target), slotOf(target)),
    'rumbo.removeAllApiKeys': () => deps.keys.removeEverything(),
    'rumbo.resetCircuit': (target?: string | Node) => deps.keys.resetCircuit(providerOf(target)),
    'rumbo.testApiKey': (target?: string | Node) => deps.keys.test(providerOf(target)),

    'rumbo.showProviders': () => vscode.commands.executeCommand('rumbo.providers.focus'),
    'rumbo.showAllProviders': () => deps.providersView.showAll(),
    'rumbo.refreshProviders': () => deps.providersView.refresh(),
    'rumbo.discover': () => discoverEndpoints(deps.server),
    'rumbo.useEndpoint': (row?: Node) => withEndpoint(row, useEndpoint),
    'rumbo.ignoreEndpoint': (row?: Node) => withEndpoint(row, ignoreEndpoint),
    'rumbo.pullModel': (target?: string | Node) => deps.localModels.pull(providerOf(target)),
    'rumbo.loadModel': (row?: Node) => withModel(row, ({ id }) => deps.localModels.load(id)),
    'rumbo.unloadModel': (row?: Node) => withModel(row, ({ id }) => deps.localModels.unload(id)),
    'rumbo.stopPull': (node?: Node) => stopPull(deps, node?.row),

    'rumbo.toggleModel': (row?: Node) => withModel(row, toggleModel),
    'rumbo.lockModel': (row?: Node) => withModel(row, (model) => lockModel(model, true)),
    'rumbo.unlockModel': (row?: Node) => withModel(row, (model) => lockModel(model, false)),
    'rumbo.setModelTier': (row?: Node) => withModel(row, setModelTier),
    'rumbo.pinModel': (row?: Node) => withModel(row, pinModel),

    'rumbo.stop': (uri?: vscode.Uri) => deps.activeRequests.stop(uri),
    'rumbo.saveAnswer': (uri?: vscode.Uri) => saveAnswer(deps, uri),
    'rumbo.acceptChange': (uri?: vscode.Uri) => deps.proposals.accept(uri),
    'rumbo.discardChange': (uri?: vscode.Uri) => deps.proposals.discard(uri),

    'rumbo.clearCache': () => clearCache(deps),
    'rumbo.correctTaskType': () => correctTaskType(deps),
    'rumbo.refreshRegistry': () => runRegistryRefresh(deps),
    'rumbo.restartServer': () => restartServer(deps),
    'rumbo.showLog': () => deps.log.show(),
    'rumbo.copyDiagnostics': () => copyDiagnostics(deps.server),
    'rumbo.showMenu': () => showMenu(deps.ghostText.state),
    'rumbo.openSettings': openSettings,
    'rumbo.nameEndpoint': addEndpoint,
    'rumbo.allowHttp': (provider?: string) => allowHttp(deps.server, provider),
  }) satisfies Record<`rumbo.${string}`, Command>;

const providerOf = (target?: string | Node): string | undefined => {
  if (typeof target === 'string') return target;
  if (target?.row.type === 'key') return target.row.providerName;
  return target?.row.type === 'provider' ? target.row.provider.name : undefined;
};

/** The key that a row shows. */
const slotOf = (target?: string | Node): string | undefined =>
  typeof target === 'object' && target.row.type === 'key' ? target.row.key.slot : undefined;

const withModel = <Result>(node: Node | undefined, action: (model: Model) => Result): Result | undefined =>
  node?.row.type === 'model' ? action(node.row.model) : undefined;

const withEndpoint = (node: Node | undefined, action: (endpoint: DiscoveredEndpoint) => unknown): unknown =>
  node?.row.type === 'endpoint' ? action(node.row.endpoint) : undefined;

const stopPull = ({ localModels }: CommandDeps, row?: TreeRow): void => {
  if (row?.type === 'in-progress') localModels.stop(modelId(row.providerName, row.local.name));
};

/** Opens a copy that the user can edit and save under any name. */
async function saveAnswer({ documents }: CommandDeps, uri?: vscode.Uri): Promise<void> {
  const from = uri ?? vscode.window.activeTextEditor?.document.uri;
  const content = from && documents.text(from);
  if (content === undefined) return;
  const document = await vscode.workspace.openTextDocument({ content, language: 'markdown' });
  await vscode.window.showTextDocument(document, { preview: false });
}

/** Failures are ignored: the server also detects an acceptance in the document. */
async function reportAccepted({ server }: CommandDeps, id: InlineEvent['id']): Promise<void> {
  await server.notify('inlineEvent', { id, type: 'accepted' }).catch(() => undefined);
}

async function clearCache({ server }: CommandDeps): Promise<void> {
  try {
    const cleared = await server.request('clearCache');
    const answers = cleared === 1 ? '1 cached answer' : `${cleared} cached answers`;
    void showInfo(cleared === 0 ? 'The cache was already empty.' : `Removed ${answers}.`);
  } catch (error) {
    showError(toClientErrorData(error));
  }
}

async function restartServer({ server }: CommandDeps): Promise<void> {
  try {
    await server.restart();
    vscode.window.setStatusBarMessage('Rumbo’s server was restarted.', 5000);
  } catch (error) {
    showError(toClientErrorData(error));
  }
}
