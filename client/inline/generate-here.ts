/** **Rumbo: Generate Here…**: generates code at the cursor from an instruction, previewed as ghost text until Tab or Esc. */
import * as vscode from 'vscode';
import type { AskParams, FileContext } from '../../shared/ask.ts';
import {
  type HiddenCharacter,
  hiddenCharacters,
  hiddenCharactersText,
} from '../../shared/hidden-characters.ts';
import type { CodeAnswer } from '../../shared/protocol.ts';
import { editableEditor, fileContextOf, openUntitled, selectionLabel } from '../answers/active-editor.ts';
import type { PromptBox } from '../answers/prompt-box.ts';
import type { ReceiptHistory } from '../answers/receipt-history.ts';
import { movedRange } from '../edits/edit-range.ts';
import { previewLine } from '../format/ghost-text.ts';
import { type ClientErrorData, toClientErrorData } from '../notifications/error-messages.ts';
import { showInfo } from '../notifications/notify.ts';
import { showError } from '../notifications/show-error.ts';
import type { ServerProcess } from '../server/process.ts';
import type { Preview, Previews } from './preview.ts';
import { reindent } from './reindent.ts';

export type GenerateHereDeps = {
  readonly server: ServerProcess;
  readonly prompts: PromptBox;
  readonly receipts: ReceiptHistory;
  readonly previews: Previews;
};
type Request = AskParams & { readonly prompt: string; readonly file: FileContext };

export async function generateHere(deps: GenerateHereDeps): Promise<void> {
  const found = editableEditor();
  if (!found) return void showInfo('Open a file and put the cursor where the code should go.');
  const at = found.selection.active;
  const { document } = found;
  const prompt = await deps.prompts.ask({
    draftKey: 'generate',
    title: `Rumbo: Generate Here, ${selectionLabel({ document, selection: cursorAt(at) })}`,
    prompt:
      'What should be inserted at the cursor? You see a preview first: Tab accepts it, Esc discards it.',
    placeholder: 'A loop over the orders that adds up their prices',
  });
  if (prompt === undefined) return;
  if (document.isClosed) {
    deps.prompts.keepDraft('generate', prompt);
    return void showInfo('The file was closed in the meantime. Open it and try again; your prompt is kept.');
  }
  // The user may have switched editors while the box was open: the preview needs the file in front, with its current cursor.
  const isActive = vscode.window.activeTextEditor === found;
  const editor = isActive ? found : await vscode.window.showTextDocument(document, found.viewColumn);
  const file = fileContextOf(document, cursorAt(editor.selection.active));
  await generate(deps, editor, { role: 'coder', prompt, file });
}

const cursorAt = (at: vscode.Position): vscode.Selection => new vscode.Selection(at, at);

async function generate(deps: GenerateHereDeps, editor: vscode.TextEditor, request: Request): Promise<void> {
  const { server, receipts, prompts, previews } = deps;
  const { document, options } = editor;
  const at = positionIn(request);
  // VS Code shows a preview at the cursor only.
  editor.selection = cursorAt(at);
  const before = document.lineAt(at.line).text.slice(0, at.character);
  const { insertSpaces, tabSize = 4, indentSize } = options;
  const columns = Number(tabSize);
  const surroundings = {
    before,
    insertSpaces: insertSpaces !== false,
    tabSize: columns,
    step: typeof indentSize === 'number' ? indentSize : columns,
  };
  const preview = previews.open(editor, at);
  const source = new vscode.CancellationTokenSource();
  // A decision before the end of the answer cancels the rest.
  void preview.ended.then(() => source.cancel());
  let text = '';
  let hidden: readonly HiddenCharacter[] = [];
  const write = (code: CodeAnswer) => {
    hidden = hiddenCharacters(code.text);
    // A preview is accepted by a key, so nothing can be asked then.
    if (hidden.length > 0) return;
    text = reindent(code.text, surroundings);
    preview.write(text);
  };
  try {
    const {
      code,
      codeIssue,
      text: answer,
      receipt,
    } = await server.requestWithProgress(
      'ask',
      (partialResultToken) => ({ ...request, partialResultToken }),
      'askPart',
      (part) => {
        if (part.type === 'code') write(part.code);
      },
      source.token,
    );
    const retryWith = (more: Partial<AskParams>) => generateAgain(deps, document, { ...request, ...more });
    receipts.add(receipt, () => retryWith({ strongerThan: receipt.model }));
    prompts.forgetDraft('generate');
    if (codeIssue) return showText(deps, preview, answer, codeIssue.message);
    if (code && !isAt(code, request))
      return showText(deps, preview, answer, 'The answer changes other lines.');
    if (code) write(code);
    if (hidden.length > 0) {
      const why = `The code has characters that are not shown (${hiddenCharactersText(hidden)})`;
      return showText(deps, preview, answer, why);
    }
    if (text.trim() === '') return showEmptyAnswer(deps, preview);
    preview.done(previewLine(receipt));
  } catch (error) {
    const failure = toClientErrorData(error);
    const stopped = source.token.isCancellationRequested || failure.kind === 'cancelled';
    prompts.keepDraft('generate', request.prompt);
    if (stopped) return preview.drop();
    // The code received so far stays and is marked incomplete.
    if (text.trim() === '') preview.drop();
    else preview.done(previewLine(undefined));
    showRetry(deps, document, request, failure);
  } finally {
    source.dispose();
  }
}

/** A preview inserts at the cursor only. */
const isAt = ({ range }: CodeAnswer, { file: { selection } }: Request): boolean =>
  !range || !selection || JSON.stringify(range) === JSON.stringify(selection);

function showText(deps: GenerateHereDeps, preview: Preview, answer: string, why: string): void {
  preview.drop();
  const message = `${why.replace(/\.$/, '')}: nothing was inserted.`;
  void showInfo(message, 'Show Answer', 'Edit Prompt').then((picked) => {
    if (picked === 'Edit Prompt') return generateHere(deps);
    return picked ? openUntitled({ text: answer, languageId: 'markdown' }) : undefined;
  });
}

function showEmptyAnswer(deps: GenerateHereDeps, preview: Preview): void {
  preview.drop();
  const words = 'The answer contained no code. Rephrase the prompt.';
  void showInfo(words, 'Edit Prompt').then((edit) => (edit ? generateHere(deps) : undefined));
}

function showRetry(
  deps: GenerateHereDeps,
  document: vscode.TextDocument,
  request: Request,
  failure: ClientErrorData,
): void {
  showError(failure, {
    retry: () => generateAgain(deps, document, request),
    retryWithNextModel: () => generateAgain(deps, document, { ...request, whenPinnedUnavailable: 'next' }),
    editPrompt: () => generateHere(deps),
    request,
  });
}

/** Repeats the request at the same position of the current text. */
async function generateAgain(
  deps: GenerateHereDeps,
  { uri }: vscode.TextDocument,
  request: Request,
): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  const editor = await vscode.window.showTextDocument(document);
  const { line, character } = positionIn(request);
  const insertion = { start: { line, character }, end: { line, character } };
  const { end } = movedRange(request.file.text, insertion, document.getText());
  const file = fileContextOf(document, cursorAt(new vscode.Position(end.line, end.character)));
  await generate(deps, editor, { ...request, file });
}

function positionIn({ file }: Request): vscode.Position {
  const { line = 0, character = 0 } = file.selection?.start ?? {};
  return new vscode.Position(line, character);
}
