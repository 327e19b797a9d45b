/** **Rumbo: Plan…**: streams a plan into a document answerGroup the editor and adds its receipt. */
import * as vscode from 'vscode';
import type { AskParams } from '../../shared/ask.ts';
import { type AnswerState, answerDocument, emptyAnswer, withAnswerPart } from '../format/answer.ts';
import { truncate } from '../format/text.ts';
import { errorSentence, toClientErrorData } from '../notifications/error-messages.ts';
import { showError } from '../notifications/show-error.ts';
import type { ServerProcess } from '../server/process.ts';
import type { ActiveRequests } from './active-requests.ts';
import { askWithProgress } from './ask-progress.ts';
import type { PromptBox } from './prompt-box.ts';
import type { ReceiptHistory } from './receipt-history.ts';
import type { VirtualDocuments } from './virtual-documents.ts';
import { followEnd } from './virtual-documents.ts';

export type PlanDeps = {
  readonly server: ServerProcess;
  readonly prompts: PromptBox;
  readonly documents: VirtualDocuments;
  readonly running: ActiveRequests;
  readonly receipts: ReceiptHistory;
};

/** Reads a prompt from the user and requests a plan. */
export async function askForPlan(parts: PlanDeps): Promise<void> {
  const prompt = await parts.prompts.ask({
    draftKey: 'planner',
    title: 'Rumbo: Plan',
    prompt: 'What should be planned?',
    placeholder: 'Add retries to the upload, with tests',
  });
  if (prompt !== undefined) await requestPlan(parts, { role: 'planner', prompt });
}

type Request = AskParams & { readonly prompt: string };

async function requestPlan(parts: PlanDeps, request: Request): Promise<void> {
  const { server, prompts, documents, running, receipts } = parts;
  const source = new vscode.CancellationTokenSource();
  let state = emptyAnswer('Plan', request.prompt);
  const document = documents.create(
    'rumbo-answer',
    `Plan: ${truncate(request.prompt, 40)}.md`,
    answerDocument(state),
  );
  const write = (next: AnswerState) => {
    state = next;
    document.write(() => answerDocument(state));
  };
  const registration = running.add(document.uri, source);
  const follower = followEnd(document.uri);
  try {
    await showBeside(document.uri);
    const result = await askWithProgress(server, 'Rumbo: planning', request, source, (part) =>
      write(withAnswerPart(state, part)),
    );
    const { receipt } = result;
    write({ ...state, text: result.text, ending: { type: 'complete', receipt } });
    receipts.add(receipt, () => requestPlan(parts, { ...request, strongerThan: receipt.model }));
    prompts.forgetDraft('planner');
  } catch (error) {
    const failure = toClientErrorData(error);
    const cancelled = failure.kind === 'cancelled' || source.token.isCancellationRequested;
    write({
      ...state,
      ending: cancelled ? { type: 'stopped' } : { type: 'failed', sentence: errorSentence(failure) },
    });
    prompts.keepDraft('planner', request.prompt);
    if (!cancelled)
      showError(failure, {
        retry: () => requestPlan(parts, request),
        retryWithNextModel: () => requestPlan(parts, { ...request, whenPinnedUnavailable: 'next' }),
        editPrompt: () => askForPlan(parts),
        request,
      });
  } finally {
    document.flush();
    follower.endWith(answerDocument(state));
    registration.dispose();
    source.dispose();
  }
}

/** Opens a document answerGroup the user's editors; further answers open in the column of the first. */
export async function showBeside(uri: vscode.Uri): Promise<void> {
  const answerGroup = vscode.window.tabGroups.all.find((group) =>
    group.tabs.some(({ input }) => input instanceof vscode.TabInputText && input.uri.scheme === uri.scheme),
  );
  const nothingOpen = vscode.window.tabGroups.activeTabGroup.tabs.length === 0;
  const viewColumn =
    answerGroup?.viewColumn ?? (nothingOpen ? vscode.ViewColumn.Active : vscode.ViewColumn.Beside);
  await vscode.window.showTextDocument(uri, { viewColumn, preview: false });
}
