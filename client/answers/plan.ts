/** **Rumbo: Plan…**: a prompt in, a plan streaming into a document beside the editor, with its receipt. */
import * as vscode from 'vscode';
import type { AskParams } from '../../shared/protocol.ts';
import { type Answer, answerDocument, emptyAnswer, withPart } from '../format/answer.ts';
import { beginning } from '../format/text.ts';
import { errorMessageOf, sentence } from '../notifications/error-messages.ts';
import { showError } from '../notifications/show-error.ts';
import type { Server } from '../server/process.ts';
import type { Running } from './active-requests.ts';
import { ask } from './ask-progress.ts';
import type { Prompts } from './prompt-box.ts';
import type { Receipts } from './receipt-history.ts';
import type { Documents } from './virtual-documents.ts';
import { followEnd } from './virtual-documents.ts';

export type Parts = {
  readonly server: Server;
  readonly prompts: Prompts;
  readonly documents: Documents;
  readonly running: Running;
  readonly receipts: Receipts;
};

/** Asks for a prompt and answers it. */
export async function plan(parts: Parts): Promise<void> {
  const prompt = await parts.prompts.ask({
    about: 'planner',
    title: 'Rumbo: Plan',
    prompt: 'What should be planned?',
    placeholder: 'Add retries to the upload, with tests',
  });
  if (prompt !== undefined) await answer(parts, { role: 'planner', prompt });
}

type Request = AskParams & { readonly prompt: string };

async function answer(parts: Parts, request: Request): Promise<void> {
  const { server, prompts, documents, running, receipts } = parts;
  const source = new vscode.CancellationTokenSource();
  let state = emptyAnswer('Plan', request.prompt);
  const document = documents.create(
    'rumbo-answer',
    `Plan: ${beginning(request.prompt, 40)}.md`,
    answerDocument(state),
  );
  const write = (next: Answer) => {
    state = next;
    document.write(() => answerDocument(state));
  };
  const mark = running.add(document.uri, source);
  const follow = followEnd(document.uri);
  try {
    await show(document.uri);
    const result = await ask(server, 'Rumbo: planning', request, source, (part) =>
      write(withPart(state, part)),
    );
    const { receipt } = result;
    write({ ...state, text: result.text, ending: { type: 'complete', receipt } });
    receipts.remember(receipt, () => answer(parts, { ...request, strongerThan: receipt.model }));
    prompts.forget('planner');
  } catch (error) {
    const failure = errorMessageOf(error);
    const stopped = failure.kind === 'cancelled' || source.token.isCancellationRequested;
    write({
      ...state,
      ending: stopped ? { type: 'stopped' } : { type: 'failed', sentence: sentence(failure) },
    });
    prompts.keep('planner', request.prompt);
    if (!stopped)
      showError(failure, {
        ask: () => answer(parts, request),
        askNext: () => answer(parts, { ...request, whenPinnedUnavailable: 'next' }),
        edit: () => plan(parts),
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
export async function show(uri: vscode.Uri): Promise<void> {
  const beside = vscode.window.tabGroups.all.find((group) =>
    group.tabs.some(({ input }) => input instanceof vscode.TabInputText && input.uri.scheme === uri.scheme),
  );
  const nothingOpen = vscode.window.tabGroups.activeTabGroup.tabs.length === 0;
  const viewColumn =
    beside?.viewColumn ?? (nothingOpen ? vscode.ViewColumn.Active : vscode.ViewColumn.Beside);
  await vscode.window.showTextDocument(uri, { viewColumn, preview: false });
}
