/** **Rumbo: Code…**: proposes a change to the open file; without an open file, writes a new document. */
import { basename } from 'node:path/posix';
import * as vscode from 'vscode';
import type { AskParams } from '../../shared/ask.ts';
import type { AskResult, CodeAnswer, CodeIssue } from '../../shared/protocol.ts';
import { movedRange } from '../edits/edit-range.ts';
import type { Proposal, Proposals } from '../edits/review.ts';
import { withFenceClosed } from '../format/fences.ts';
import { receiptLine, takeoverWarning, truncationWarning } from '../format/receipt.ts';
import { truncate } from '../format/text.ts';
import { type ClientErrorData, errorSentence, toClientErrorData } from '../notifications/error-messages.ts';
import { showInfo, showWarning } from '../notifications/notify.ts';
import { showError } from '../notifications/show-error.ts';
import type { ServerProcess } from '../server/process.ts';
import { editableEditor, fileContextOf, openUntitled, selectionLabel } from './active-editor.ts';
import type { ActiveRequests } from './active-requests.ts';
import { askWithProgress } from './ask-progress.ts';
import type { PromptBox } from './prompt-box.ts';
import type { ReceiptHistory } from './receipt-history.ts';
import { showBeside, type VirtualDocuments } from './virtual-documents.ts';

export type CodeDeps = {
  readonly server: ServerProcess;
  readonly prompts: PromptBox;
  readonly activeRequests: ActiveRequests;
  readonly receipts: ReceiptHistory;
  readonly proposals: Proposals;
  readonly documents: VirtualDocuments;
};
/** `target`: the file to change. Absent: the answer goes to a new document. */
type Request = AskParams & { readonly prompt: string; readonly target?: vscode.Uri };

/** Reads a prompt from the user and requests code for the file in the editor. */
export async function askForCode(deps: CodeDeps): Promise<void> {
  const editor = editableEditor();
  const prompt = await deps.prompts.ask({
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
  await requestCode(deps, { role: 'coder', prompt, ...context });
}

async function requestCode(deps: CodeDeps, request: Request): Promise<void> {
  const source = new vscode.CancellationTokenSource();
  const output = codeOutput(deps, request, source);
  try {
    const { target: _, ...params } = request;
    const result = await askWithProgress(deps.server, 'Rumbo: coding', params, source, (part) => {
      if (part.type === 'code') output.write(part.code);
    });
    const { receipt, codeIssue } = result;
    if (result.code) output.write(result.code);
    const stronger = { ...request, strongerThan: receipt.model };
    deps.receipts.add(receipt, () => retry(deps, stronger));
    // A question is answered in the prompt.
    if (codeIssue) deps.prompts.keepDraft('coder', request.prompt);
    else deps.prompts.forgetDraft('coder');
    output.done();
    if (codeIssue) {
      await output.proposal?.withdraw();
      await showAsText(deps, request, result, codeIssue);
    } else if (output.proposal) output.proposal.finish(receipt);
    else await showNew(result);
  } catch (error) {
    output.done();
    deps.prompts.keepDraft('coder', request.prompt);
    const failure = toClientErrorData(error);
    const cancelled = source.token.isCancellationRequested || failure.kind === 'cancelled';
    output.proposal?.interrupt(cancelled ? 'You stopped it.' : errorSentence(failure));
    // The code received so far stays: in the proposal, or in a new document.
    if (!output.proposal && output.latest?.text) await openUntitled(output.latest);
    if (!cancelled) showRetry(deps, request, failure);
  }
}

/** Where the code goes while it streams: into a proposal for the file, if there is one. */
function codeOutput(deps: CodeDeps, request: Request, source: vscode.CancellationTokenSource) {
  const { proposals, activeRequests } = deps;
  let registration: vscode.Disposable | undefined;
  const output = {
    proposal: undefined as Proposal | undefined,
    latest: undefined as CodeAnswer | undefined,
    write(code: CodeAnswer) {
      output.latest = code;
      if (!request.target || !request.file) return;
      if (!output.proposal) {
        const { target, file } = request;
        output.proposal = proposals.open({ target, file, source, retry: () => retry(deps, request) });
        registration = activeRequests.add(output.proposal.uri, source);
      }
      output.proposal.write(code);
    },
    done: () => registration?.dispose(),
  };
  return output;
}

/** What is no code is for reading. */
async function showAsText(
  deps: CodeDeps,
  request: Request,
  { text, receipt }: AskResult,
  { message }: CodeIssue,
): Promise<void> {
  const title = `Code: ${truncate(request.prompt, 40)}`;
  const document = deps.documents.create(
    'rumbo-answer',
    `${title}.md`,
    `${withFenceClosed(text.trimEnd())}\n`,
  );
  await showBeside(document.uri);
  const unchanged = request.target ? `, and ${basename(request.target.path)} was not changed` : '';
  const sentence = `${message.replace(/\.$/, '')}: it is shown as text${unchanged}. ${receiptLine(receipt)}.`;
  void showWarning(sentence, 'Edit Prompt', 'Why This Model?').then((picked) => {
    if (picked === 'Edit Prompt') return askForCode(deps);
    return picked ? vscode.commands.executeCommand('rumbo.whyThisModel') : undefined;
  });
}

function showRetry(deps: CodeDeps, request: Request, failure: ClientErrorData): void {
  const { target, ...params } = request;
  showError(failure, {
    retry: () => retry(deps, request),
    retryWithNextModel: () => retry(deps, { ...request, whenPinnedUnavailable: 'next' }),
    editPrompt: () => askForCode(deps),
    request: params,
  });
}

/** Repeats the request for the same range of the current text. */
async function retry(deps: CodeDeps, request: Request): Promise<void> {
  const { target, file } = request;
  if (!target || !file) return requestCode(deps, request);
  const document = await vscode.workspace.openTextDocument(target);
  const { start, end } = movedRange(file.text, file.selection ?? wholeRange(file.text), document.getText());
  const selection = new vscode.Range(start.line, start.character, end.line, end.character);
  return requestCode(deps, { ...request, file: fileContextOf(document, selection) });
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
