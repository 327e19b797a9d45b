/** **Rumbo: Plan…**: streams a plan into a document beside the editor and adds its receipt. */
import * as vscode from 'vscode';
import type { AskParams } from '../../shared/ask.ts';
import { type AnswerState, answerDocument, emptyAnswerState, withAnswerPart } from '../format/answer.ts';
import { truncate } from '../format/text.ts';
import { errorSentence, toClientErrorData } from '../notifications/error-messages.ts';
import { showError } from '../notifications/show-error.ts';
import type { ServerProcess } from '../server/process.ts';
import type { ActiveRequests } from './active-requests.ts';
import { askWithProgress } from './ask-progress.ts';
import { followEnd } from './follow-end.ts';
import type { PromptBox } from './prompt-box.ts';
import type { ReceiptHistory } from './receipt-history.ts';
import { showBeside, type VirtualDocuments } from './virtual-documents.ts';

export type PlanDeps = {
  readonly server: ServerProcess;
  readonly prompts: PromptBox;
  readonly documents: VirtualDocuments;
  readonly activeRequests: ActiveRequests;
  readonly receipts: ReceiptHistory;
};

/** Reads a prompt from the user and requests a plan. */
export async function askForPlan(deps: PlanDeps): Promise<void> {
  const prompt = await deps.prompts.ask({
    draftKey: 'planner',
    title: 'Rumbo: Plan',
    prompt: 'What should be planned?',
    placeholder: 'Add retries to the upload, with tests',
  });
  if (prompt !== undefined) await requestPlan(deps, { role: 'planner', prompt });
}

type Request = AskParams & { readonly prompt: string };

async function requestPlan(deps: PlanDeps, request: Request): Promise<void> {
  const { server, prompts, documents, activeRequests, receipts } = deps;
  const source = new vscode.CancellationTokenSource();
  let state = emptyAnswerState('Plan', request.prompt);
  const document = documents.create(
    'rumbo-answer',
    `Plan: ${truncate(request.prompt, 40)}.md`,
    answerDocument(state),
  );
  const write = (next: AnswerState) => {
    state = next;
    document.write(() => answerDocument(state));
  };
  const registration = activeRequests.add(document.uri, source);
  const follower = followEnd(document.uri);
  try {
    await showBeside(document.uri);
    const result = await askWithProgress(server, 'Rumbo: planning', request, source, (part) =>
      write(withAnswerPart(state, part)),
    );
    const { receipt } = result;
    write({ ...state, text: result.text, ending: { type: 'complete', receipt } });
    receipts.add(receipt, () => requestPlan(deps, { ...request, strongerThan: receipt.model }));
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
        retry: () => requestPlan(deps, request),
        retryWithNextModel: () => requestPlan(deps, { ...request, whenPinnedUnavailable: 'next' }),
        editPrompt: () => askForPlan(deps),
        request,
      });
  } finally {
    document.flush();
    follower.endWith(answerDocument(state));
    registration.dispose();
    source.dispose();
  }
}
