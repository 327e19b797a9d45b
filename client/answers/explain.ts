/** **Rumbo: Explain Route…** and **Rumbo: Why This Model?**: a routing decision as a document, before and after the request. */
import * as vscode from 'vscode';
import type { AskParams } from '../../shared/ask.ts';
import type { Receipt } from '../../shared/receipts.ts';
import { explanationDocument } from '../format/explanation.ts';
import { receiptSection } from '../format/receipt.ts';
import { truncate } from '../format/text.ts';
import { toClientErrorData } from '../notifications/error-messages.ts';
import { showError } from '../notifications/show-error.ts';
import type { ServerProcess } from '../server/process.ts';
import { editableEditor, fileContextOf } from './active-editor.ts';
import { correctionDraftKey } from './correct-task-type.ts';
import type { PromptBox } from './prompt-box.ts';
import { type ReceiptHistory, showNoAnswerYet } from './receipt-history.ts';
import { showBeside, type VirtualDocuments } from './virtual-documents.ts';

export type ExplainRouteDeps = {
  readonly server: ServerProcess;
  readonly prompts: PromptBox;
  readonly documents: VirtualDocuments;
};
export type WhyThisModelDeps = {
  readonly receipts: ReceiptHistory;
  readonly documents: VirtualDocuments;
};

/** @param request to explain. Absent: reads a prompt from the user */
export async function showRouteExplanation(deps: ExplainRouteDeps, request?: AskParams): Promise<void> {
  const { server, prompts, documents } = deps;
  const route = request ?? (await promptForRoute(deps));
  if (!route) return;
  const prompt = route.prompt ?? '';
  try {
    const result = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: 'Rumbo: explaining the route' },
      () => server.request('explain', route),
    );
    const text = explanationDocument(prompt, result, vscode.env.language);
    await showBeside(documents.create('rumbo-answer', `Route: ${truncate(prompt, 40)}.md`, text).uri);
    prompts.forgetDraft('route');
    // Correct Task Type offers this prompt next.
    prompts.keepDraft(correctionDraftKey, prompt);
  } catch (error) {
    showError(toClientErrorData(error), {
      retry: () => showRouteExplanation(deps, route),
      editPrompt: () => showRouteExplanation(deps),
    });
  }
}

/** The request that “Code” would send for the open file, so that rules about files apply; without a file, the plain prompt. */
async function promptForRoute({
  prompts,
}: Pick<ExplainRouteDeps, 'prompts'>): Promise<AskParams | undefined> {
  const prompt = await prompts.ask({
    draftKey: 'route',
    title: 'Rumbo: Explain Route',
    prompt: 'Which prompt? Nothing is sent to any provider and no tokens are spent.',
    placeholder: 'Plan a migration to the new payment service',
  });
  if (prompt === undefined) return undefined;
  const editor = editableEditor();
  return editor ? { prompt, file: fileContextOf(editor.document, editor.selection) } : { prompt };
}

/** @param selected absent: the last receipt */
export async function showWhyThisModel(
  { receipts, documents }: WhyThisModelDeps,
  selected?: Receipt,
): Promise<void> {
  const receipt = selected ?? receipts.last;
  if (!receipt) return showNoAnswerYet();
  const answered = new Date(receipt.at).toLocaleTimeString(vscode.env.language);
  const which = receipt.id === receipts.last?.id ? 'The last answer' : 'An answer';
  const text = `# Why ${receipt.model}?\n\n${which} in this window, requested at ${answered}.\n\n${receiptSection(receipt)}`;
  await showBeside(documents.create('rumbo-answer', `Why ${truncate(receipt.model, 40)}.md`, text).uri);
}
