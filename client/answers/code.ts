/** **Rumbo: Code…**: proposes a change to the open file; without an open file, writes a new document. */
import * as vscode from 'vscode';
import type { AskParams } from '../../shared/ask.ts';
import type { AskResult, CodeAnswer } from '../../shared/protocol.ts';
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

/** Reads a prompt from the user and requests code for the file in the editor. */
export async function askForCode(parts: CodeDeps): Promise<void> {
  const editor = editableEditor();
  const prompt = await parts.prompts.ask({
    draftKey: 'coder',
    title: editor ? `Rumbo: Code, ${selectionLabel(editor)}` : 'Rumbo: Code, in a new document',
    prompt: editor
      ? 'What should change? You review the change before it is applied.'
      : 'What should be written?',
    placeholder: editor ? 'Handle the empty list' : 'A function that parses ISO dates, in TypeScript',
  });
  if (prompt === undefined) return;
  // Read now, not before: the user may have edited the file while the box was open.
  const context = editor && {
    target: editor.document.uri,
    file: fileContextOf(editor.document, editor.selection),
  };
  await requestCode(parts, { role: 'coder', prompt, ...context });
}

async function requestCode(parts: CodeDeps, request: Request): Promise<void> {
  const source = new vscode.CancellationTokenSource();
  const output = codeOutput(parts, request, source);
  try {
    const { target: _, ...params } = request;
    const result = await askWithProgress(parts.server, 'Rumbo: coding', params, source, (part) => {
      if (part.type === 'code') output.write(part.code);
    });
    if (result.code) output.write(result.code);
    const { receipt } = result;
    const stronger = { ...request, strongerThan: receipt.model };
    parts.receipts.add(receipt, () => retry(parts, stronger));
    parts.prompts.forgetDraft('coder');
    output.done();
    if (output.proposal) output.proposal.finish(receipt);
    else await showNew(result);
  } catch (error) {
    output.done();
    parts.prompts.keepDraft('coder', request.prompt);
    const failure = toClientErrorData(error);
    const cancelled = source.token.isCancellationRequested || failure.kind === 'cancelled';
    output.proposal?.interrupt(cancelled ? 'You stopped it.' : errorSentence(failure));
    // The code received so far stays: in the proposal, or in a new document.
    if (!output.proposal && output.latest?.text) await openUntitled(output.latest);
    if (!cancelled) showRetry(parts, request, failure);
  }
}

/** Where the code goes while it streams: into a proposal for the file, if there is one. */
function codeOutput(parts: CodeDeps, request: Request, source: vscode.CancellationTokenSource) {
  const { proposals, running } = parts;
  let registration: vscode.Disposable | undefined;
  const output = {
    proposal: undefined as Proposal | undefined,
    latest: undefined as CodeAnswer | undefined,
    write(code: CodeAnswer) {
      output.latest = code;
      if (!request.target || !request.file) return;
      if (!output.proposal) {
        const { target, file } = request;
        output.proposal = proposals.open({ target, file, source, retry: () => retry(parts, request) });
        registration = running.add(output.proposal.uri, source);
      }
      output.proposal.write(code);
    },
    done: () => registration?.dispose(),
  };
  return output;
}

function showRetry(parts: CodeDeps, request: Request, failure: ClientErrorData): void {
  const { target, ...params } = request;
  showError(failure, {
    retry: () => retry(parts, request),
    retryWithNextModel: () => retry(parts, { ...request, whenPinnedUnavailable: 'next' }),
    editPrompt: () => askForCode(parts),
    request: params,
  });
}

/** Repeats the request for the same range of the current text. */
async function retry(parts: CodeDeps, request: Request): Promise<void> {
  const { target, file } = request;
  if (!target || !file) return requestCode(parts, request);
  const document = await vscode.workspace.openTextDocument(target);
  const { start, end } = movedRange(file.text, file.selection ?? wholeRange(file.text), document.getText());
  const selection = new vscode.Range(start.line, start.character, end.line, end.character);
  return requestCode(parts, { ...request, file: fileContextOf(document, selection) });
}

const wholeRange = (text: string) => ({
  start: { line: 0, character: 0 },
  end: { line: text.split('\n').length, character: 0 },
});

async function showNew({ code: newCode, text, receipt }: AskResult): Promise<void> {
  await openUntitled(newCode ?? { text, languageId: null });
  const message = [
    `${receiptLine(receipt)}.`,
    truncationWarning(receipt),
    takeoverWarning(receipt),
    receipt.note,
  ]
    .filter(Boolean)
    .join(' ');
  const picked = showInfo(message, 'Why This Model?');
  void picked.then((isPicked) => isPicked && vscode.commands.executeCommand('rumbo.whyThisModel'));
}
