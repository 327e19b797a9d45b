/** **Rumbo: Generate Here…**: an instruction in, code at the cursor out, previewed as ghost text until Tab or Esc. */
import * as vscode from 'vscode';
import type { AskParams, CodeAnswer, FileContext } from '../../shared/protocol.ts';
import { editableEditor, fileContextOf, selectionLabel } from '../answers/active-editor.ts';
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

export async function generateHere(parts: GenerateHereDeps): Promise<void> {
  const found = editableEditor();
  if (!found) return void showInfo('Open a file and put the cursor where the code should stand.');
  const at = found.selection.active;
  const { document } = found;
  const prompt = await parts.prompts.ask({
    draftKey: 'generate',
    title: `Rumbo: Generate Here, ${selectionLabel({ document, selection: emptyAt(at) })}`,
    prompt: 'What should stand at the cursor? It is shown first; Tab keeps it, Esc drops it.',
    placeholder: 'A loop over the orders that adds up their prices',
  });
  if (prompt === undefined) return;
  if (document.isClosed) {
    parts.prompts.keepDraft('generate', prompt);
    return void showInfo('The file was closed meanwhile. Open it and ask again; what you typed is kept.');
  }
  // The user may have moved on while the box was open: what is in front shows the preview, as it is now.
  const isInFront = vscode.window.activeTextEditor === found;
  const editor = isInFront ? found : await vscode.window.showTextDocument(document, found.viewColumn);
  const file = fileContextOf(document, emptyAt(editor.selection.active));
  await generate(parts, editor, { role: 'coder', prompt, file });
}

const emptyAt = (at: vscode.Position): vscode.Selection => new vscode.Selection(at, at);

async function generate(parts: GenerateHereDeps, editor: vscode.TextEditor, request: Request): Promise<void> {
  const { server, receipts, prompts, previews } = parts;
  const { document, options } = editor;
  const at = positionIn(request);
  // What is previewed is at the cursor, or nowhere.
  editor.selection = emptyAt(at);
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
  // Whoever decides before it is whole has seen enough.
  void preview.ended.then(() => source.cancel());
  let text = '';
  const write = (code: CodeAnswer) => {
    text = reindent(code.text, surroundings);
    preview.write(text);
  };
  try {
    const { code, receipt } = await server.use((connection) =>
      connection.ask(
        request,
        (part) => {
          if (part.type === 'code') write(part.code);
        },
        source.token,
      ),
    );
    const again = (more: Partial<AskParams>) => generateAgain(parts, document, { ...request, ...more });
    receipts.add(receipt, () => again({ strongerThan: receipt.model }));
    prompts.forgetDraft('generate');
    if (code) write(code);
    if (text.trim() === '') return tellEmpty(parts, preview);
    preview.done(previewLine(receipt));
  } catch (error) {
    const failure = toClientErrorData(error);
    const stopped = source.token.isCancellationRequested || failure.kind === 'cancelled';
    prompts.keepDraft('generate', request.prompt);
    if (stopped) return preview.drop();
    // What had arrived stays, and says that it is not whole.
    if (text.trim() === '') preview.drop();
    else preview.done(previewLine(undefined));
    showAgain(parts, document, request, failure);
  } finally {
    source.dispose();
  }
}

function tellEmpty(parts: GenerateHereDeps, preview: Preview): void {
  preview.drop();
  const words = 'The answer held no code. Say in other words what should stand there.';
  void showInfo(words, 'Edit Prompt').then((edit) => (edit ? generateHere(parts) : undefined));
}

function showAgain(
  parts: GenerateHereDeps,
  document: vscode.TextDocument,
  request: Request,
  failure: ClientErrorData,
): void {
  showError(failure, {
    retry: () => generateAgain(parts, document, request),
    retryWithNextModel: () => generateAgain(parts, document, { ...request, whenPinnedUnavailable: 'next' }),
    editPrompt: () => generateHere(parts),
    request,
  });
}

/** The same question about the same place, in the file as it is now. */
async function generateAgain(
  parts: GenerateHereDeps,
  { uri }: vscode.TextDocument,
  request: Request,
): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  const editor = await vscode.window.showTextDocument(document);
  const { line, character } = positionIn(request);
  const asked = { start: { line, character }, end: { line, character } };
  const { end } = movedRange(request.file.text, asked, document.getText());
  const file = fileContextOf(document, emptyAt(new vscode.Position(end.line, end.character)));
  await generate(parts, editor, { ...request, file });
}

function positionIn({ file }: Request): vscode.Position {
  const { line = 0, character = 0 } = file.selection?.start ?? {};
  return new vscode.Position(line, character);
}
