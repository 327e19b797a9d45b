/** The editor the user works in, its file as context of a request, and new untitled documents. */
import * as vscode from 'vscode';
import type { FileContext } from '../../shared/ask.ts';
import type { CodeAnswer } from '../../shared/protocol.ts';

/** The editor to work on: the active one, or a visible one while a document of Rumbo is active. */
export function editableEditor(): vscode.TextEditor | undefined {
  const { activeTextEditor, visibleTextEditors } = vscode.window;
  if (!activeTextEditor || isRumboDocument(activeTextEditor.document))
    return visibleTextEditors.find(({ document }) => isWritable(document));
  return isWritable(activeTextEditor.document) ? activeTextEditor : undefined;
}

const isRumboDocument = ({ uri }: vscode.TextDocument): boolean => uri.scheme.startsWith('rumbo-');
const isWritable = ({ uri }: vscode.TextDocument): boolean =>
  uri.scheme === 'untitled' || vscode.workspace.fs.isWritableFileSystem(uri.scheme) === true;

/** @param selection what to change; empty: where to insert */
export const fileContextOf = (document: vscode.TextDocument, { start, end }: vscode.Range): FileContext => ({
  uri: document.uri.toString(),
  languageId: document.languageId,
  text: document.getText(),
  selection: {
    start: { line: start.line, character: start.character },
    end: { line: end.line, character: end.character },
  },
});

/** `src/list.ts, lines 3 to 9`. */
export function selectionLabel({
  document,
  selection,
}: Pick<vscode.TextEditor, 'document' | 'selection'>): string {
  const name = vscode.workspace.asRelativePath(document.uri);
  const [first, last] = [selection.start.line + 1, selection.end.line + 1];
  if (selection.isEmpty) return `${name}, at line ${first}`;
  return first === last ? `${name}, line ${first}` : `${name}, lines ${first} to ${last}`;
}

/** A new document in the answer's language. */
export async function openUntitled({ text, languageId }: CodeAnswer): Promise<void> {
  const isSupported = languageId && (await vscode.languages.getLanguages()).includes(languageId);
  const document = await vscode.workspace.openTextDocument({
    content: text,
    ...(isSupported ? { language: languageId } : {}),
  });
  await vscode.window.showTextDocument(document, { preview: false });
}
