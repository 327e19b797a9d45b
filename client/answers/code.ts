/** **Rumbo: Code…**: a prompt and the open file in, a proposed change out; without a file, a new document. */
import * as vscode from 'vscode';
import type { AskParams, AskResult, CodeAnswer } from '../../shared/protocol.ts';
import { movedRange } from '../edits/edit-range.ts';
import type { Proposal, Proposals } from '../edits/review.ts';
import { receiptLine, takeoverWarning, truncationWarning } from '../format/receipt.ts';
import { type ClientErrorData, errorSentence, toClientErrorData } from '../notifications/error-messages.ts';
import { showInfo } from '../notifications/notify.ts';
import { showError } from '../notifications/show-error.ts';
import { editableEditor, fileContextOf, openUntitled, selectionLabel } from './active-editor.ts';
import { askWithProgress } from './ask-progress.ts';
import type { PlanDeps } from './plan.ts';

export type CodeDeps = PlanDeps & { readonly proposals: Proposals };
/** `target`: the file to change. Absent: the answer goes to a new document. */
type Request = AskParams & { readonly prompt: string; readonly target?: vscode.Uri };

/** Asks for a prompt and answers it for the file in front of the user. */
export async function askForCode(parts: CodeDeps): Promise<void> {
  const editor = editableEditor();
  const prompt = await parts.prompts.ask({
    draftKey: 'coder',
    title: editor ? `Rumbo: Code, ${selectionLabel(editor)}` : 'Rumbo: Code, in a new document',
    prompt: editor ? 'What should change? You see the change before it is kept.' : 'What should be written?',
    placeholder: editor ? 'Handle the empty list' : 'A function that parses ISO dates, in TypeScript',
  });
  if (prompt === undefined) return;
  // Read now, not before: the user may have typed on while the box was open.
  const about = editor && {
    target: editor.document.uri,
    file: fileContextOf(editor.document, editor.selection),
  };
  await answer(parts, { role: 'coder', prompt, ...about });
}

async function answer(parts: CodeDeps, request: Request): Promise<void> {
  const source = new vscode.CancellationTokenSource();
  const arrival = arriving(parts, request, source);
  try {
    const { target: _, ...params } = request;
    const result = await askWithProgress(parts.server, 'Rumbo: coding', params, source, (part) => {
      if (part.type === 'code') arrival.write(part.code);
    });
    if (result.code) arrival.write(result.code);
    const { receipt } = result;
    const stronger = { ...request, strongerThan: receipt.model };
    parts.receipts.add(receipt, () => askAgain(parts, stronger));
    parts.prompts.forgetDraft('coder');
    arrival.done();
    if (arrival.proposal) arrival.proposal.finish(receipt);
    else await showNew(result);
  } catch (error) {
    arrival.done();
    parts.prompts.keepDraft('coder', request.prompt);
    const failure = toClientErrorData(error);
    const stopped = source.token.isCancellationRequested || failure.kind === 'cancelled';
    arrival.proposal?.interrupt(stopped ? 'It was stopped by you.' : errorSentence(failure));
    // What had arrived stays: in the proposal, or in a new document.
    if (!arrival.proposal && arrival.latest?.text) await openUntitled(arrival.latest);
    if (!stopped) offerAgain(parts, request, failure);
  }
}

/** Where the code goes while it arrives: into a proposal for the file, if there is one. */
function arriving(parts: CodeDeps, request: Request, source: vscode.CancellationTokenSource) {
  const { proposals, running } = parts;
  let mark: vscode.Disposable | undefined;
  const arrival = {
    proposal: undefined as Proposal | undefined,
    latest: undefined as CodeAnswer | undefined,
    write(code: CodeAnswer) {
      arrival.latest = code;
      if (!request.target || !request.file) return;
      if (!arrival.proposal) {
        const { target, file } = request;
        arrival.proposal = proposals.open({ target, file, source, again: () => askAgain(parts, request) });
        mark = running.add(arrival.proposal.uri, source);
      }
      arrival.proposal.write(code);
    },
    done: () => mark?.dispose(),
  };
  return arrival;
}

function offerAgain(parts: CodeDeps, request: Request, failure: ClientErrorData): void {
  const { target, ...params } = request;
  showError(failure, {
    retry: () => askAgain(parts, request),
    retryWithNextModel: () => askAgain(parts, { ...request, whenPinnedUnavailable: 'next' }),
    editPrompt: () => askForCode(parts),
    request: params,
  });
}

/** The same question, about the same place in the file as it is now. */
async function askAgain(parts: CodeDeps, request: Request): Promise<void> {
  const { target, file } = request;
  if (!target || !file) return answer(parts, request);
  const document = await vscode.workspace.openTextDocument(target);
  const { start, end } = movedRange(file.text, file.selection ?? wholeOf(file.text), document.getText());
  const selection = new vscode.Range(start.line, start.character, end.line, end.character);
  return answer(parts, { ...request, file: fileContextOf(document, selection) });
}

const wholeOf = (text: string) => ({
  start: { line: 0, character: 0 },
  end: { line: text.split('\n').length, character: 0 },
});

async function showNew({ code: written, text, receipt }: AskResult): Promise<void> {
  await openUntitled(written ?? { text, languageId: null });
  const message = [
    `${receiptLine(receipt)}.`,
    truncationWarning(receipt),
    takeoverWarning(receipt),
    receipt.note,
  ]
    .filter(Boolean)
    .join(' ');
  const picked = showInfo(message, 'Why This Model?');
  void picked.then((why) => why && vscode.commands.executeCommand('rumbo.whyThisModel'));
}
