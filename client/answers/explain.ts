/** **Rumbo: Explain Route…** and **Rumbo: Why This Model?**: decisions in words, before and after. */
import * as vscode from 'vscode';
import type { RouteParams } from '../../shared/protocol.ts';
import type { Receipt } from '../../shared/receipts.ts';
import { explanationDocument } from '../format/explanation.ts';
import { receiptSection } from '../format/receipt.ts';
import { truncate } from '../format/text.ts';
import { toClientErrorData } from '../notifications/error-messages.ts';
import { showError } from '../notifications/show-error.ts';
import { editableEditor, fileContextOf } from './active-editor.ts';
import { correctionDraftKey } from './correct-task-type.ts';
import { type PlanDeps, showBeside } from './plan.ts';
import { showNoAnswerYet } from './receipt-history.ts';

/** @param request what to explain. Absent: the user is asked for a prompt */
export async function explainRoute(parts: PlanDeps, request?: RouteParams): Promise<void> {
  const { server, prompts, documents } = parts;
  const route = request ?? (await askForRoute(parts));
  if (!route) return;
  const prompt = route.prompt ?? '';
  try {
    const result = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: 'Rumbo: explaining the route' },
      () => server.use((connection) => connection.explain(route)),
    );
    const text = explanationDocument(prompt, result, vscode.env.language);
    await showBeside(documents.create('rumbo-answer', `Route: ${truncate(prompt, 40)}.md`, text).uri);
    prompts.forgetDraft('route');
    // Should its task type be wrong, this is the prompt that is meant.
    prompts.keepDraft(correctionDraftKey, prompt);
  } catch (error) {
    showError(toClientErrorData(error), {
      retry: () => explainRoute(parts, route),
      editPrompt: () => explainRoute(parts),
    });
  }
}

/** As “Code” would send it when a file is in front, so that rules about files show; else a plain prompt. */
async function askForRoute({ prompts }: PlanDeps): Promise<RouteParams | undefined> {
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

/** @param about absent: the last answer's */
export async function showWhyThisModel({ receipts, documents }: PlanDeps, about?: Receipt): Promise<void> {
  const receipt = about ?? receipts.last;
  if (!receipt) return showNoAnswerYet();
  const answered = new Date(receipt.at).toLocaleTimeString(vscode.env.language);
  const which = receipt.id === receipts.last?.id ? 'The last answer' : 'An answer';
  const text = `# Why ${receipt.model}?\n\n${which} in this window, asked at ${answered}.\n\n${receiptSection(receipt)}`;
  await showBeside(documents.create('rumbo-answer', `Why ${truncate(receipt.model, 40)}.md`, text).uri);
}
