/** Activation and deactivation: makes the client's modules and connects them. The server starts at its first use. */
import * as vscode from 'vscode';
import { activeRequests } from './answers/active-requests.ts';
import { promptBox } from './answers/prompt-box.ts';
import { receiptHistory } from './answers/receipt-history.ts';
import { virtualDocuments } from './answers/virtual-documents.ts';
import { commandTable } from './commands.ts';
import { createProposals } from './edits/review.ts';
import { createGhostText, type GhostTextPause } from './inline/ghost-text.ts';
import { createLanguageStatus } from './inline/language-status.ts';
import { createPreviews } from './inline/preview.ts';
import { showKeyAlerts } from './keys/key-alerts.ts';
import { createKeyCommands } from './keys/key-commands.ts';
import { localModelActions } from './models/local-models.ts';
import { offerToAllowHttp } from './models/unencrypted-addresses.ts';
import { showBudgetWarnings } from './notifications/budget-warnings.ts';
import { createServerProcess, type ServerProcess } from './server/process.ts';
import { syncSettings } from './server/settings-sync.ts';
import { createActivityView } from './views/activity.ts';
import { createModelsView } from './views/models.ts';
import { createProvidersView } from './views/providers.ts';
import { createStatusBar } from './views/status-bar.ts';

let server: ServerProcess | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Rumbo', { log: true });
  const previews = createPreviews(context.extension.id);
  const pause: GhostTextPause = { isPaused: false };
  // The client applies a pause itself, since a server that has just started does not know of it.
  server = createServerProcess(context, log, (document) => pause.isPaused || previews.isIn(document));
  const ghostText = createGhostText(server, pause);
  const documents = virtualDocuments();
  const receipts = receiptHistory();
  const keys = createKeyCommands(server);
  const providersView = createProvidersView(server);
  const table = commandTable({
    server,
    log,
    documents,
    receipts,
    keys,
    providersView,
    localModels: localModelActions(server),
    prompts: promptBox(),
    activeRequests: activeRequests(),
    proposals: createProposals(documents),
    previews,
    ghostText,
  });
  const commands = Object.entries(table).map(([id, run]) => vscode.commands.registerCommand(id, run));
  context.subscriptions.push(
    log,
    documents,
    receipts,
    keys,
    providersView,
    previews,
    ghostText,
    createLanguageStatus(server, ghostText),
    createModelsView(server),
    createActivityView(server, receipts),
    createStatusBar(server, receipts),
    showKeyAlerts(receipts),
    showBudgetWarnings(server.onStatus),
    offerToAllowHttp(server),
    syncSettings(server),
    ...commands,
  );
}

/** The editor waits for the promise, five seconds at most. */
export const deactivate = (): Promise<void> | undefined => server?.stop();
