/** **Rumbo: Plan…**: a prompt in, a plan streaming into a document beside the editor, with its receipt. */
import * as vscode from 'vscode';
import type { AskParams } from '../../shared/protocol.ts';
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

/** Asks for a prompt and answers it. */
export async function askForPlan(parts: PlanDeps): Promise<void> {
  const prompt = await parts.prompts.ask({
    draftKey: 'planner',
    title: 'Rumbo: Plan',
    prompt: 'What should be planned?',
    placeholder: 'Add retries to the upload, with tests',
  });
  if (prompt !== undefined) await answer(parts, { role: 'planner', prompt });
}

type Request = AskParams & { readonly prompt: string };

async function answer(parts: PlanDeps, request: Request): Promise<void> {
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
  const mark = running.add(document.uri, source);
  const follow = followEnd(document.uri);
  try {
    await showBeside(document.uri);
    const result = await askWithProgress(server, 'Rumbo: planning', request, source, (part) =>
      write(withAnswerPart(state, part)),
    );
    const { receipt } = result;
    write({ ...state, text: result.text, ending: { type: 'complete', receipt } });
    receipts.add(receipt, () => answer(parts, { ...request, strongerThan: receipt.model }));
    prompts.forgetDraft('planner');
  } catch (error) {
    const failure = toClientErrorData(error);
    const stopped = failure.kind === 'cancelled' || source.token.isCancellationRequested;
    write({
      ...state,
      ending: stopped ? { type: 'stopped' } : { type: 'failed', sentence: errorSentence(failure) },
    });
    prompts.keepDraft('planner', request.prompt);
    if (!stopped)
      showError(failure, {
        retry: () => answer(parts, request),
        retryWithNextModel: () => answer(parts, { ...request, whenPinnedUnavailable: 'next' }),
        editPrompt: () => askForPlan(parts),
        request,
      });
  } finally {
    document.flush();
    follow.endWith(answerDocument(state));
    mark.dispose();
    source.dispose();
  }
}

/** Beside what the user works on, if anything is open; further answers join the first. */
export async function showBeside(uri: vscode.Uri): Promise<void> {
  const beside = vscode.window.tabGroups.all.find((group) =>
    group.tabs.some(({ input }) => input instanceof vscode.TabInputText && input.uri.scheme === uri.scheme),
  );
  const nothingOpen = vscode.window.tabGroups.activeTabGroup.tabs.length === 0;
  const viewColumn =
    beside?.viewColumn ?? (nothingOpen ? vscode.ViewColumn.Active : vscode.ViewColumn.Beside);
  await vscode.window.showTextDocument(uri, { viewColumn, preview: false });
}
