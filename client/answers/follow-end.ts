/** Keeps the end of a growing document in view. */
import * as vscode from 'vscode';

/** Milliseconds to wait for an editor to show the final text. */
const maxWaitMs = 10_000;
/** Milliseconds for scrolling after that. */
const scrollMs = 500;

export type EndFollower = {
  /** Passes the final text: following ends once the editor shows it. */
  endWith(text: string): void;
};

/** Keeps the end of a growing document in view until the user scrolls away from it. */
export function followEnd(uri: vscode.Uri): EndFollower {
  const key = uri.toString();
  let following = true;
  let lines = 0;
  let last: string | undefined;
  const editorOf = () =>
    vscode.window.visibleTextEditors.find((editor) => editor.document.uri.toString() === key);
  const grown = vscode.workspace.onDidChangeTextDocument(({ document }) => {
    if (document.uri.toString() !== key) return;
    const editor = editorOf();
    if (following && editor) {
      const end = document.lineAt(document.lineCount - 1).range.end;
      editor.revealRange(new vscode.Range(end, end));
    }
    lines = document.lineCount;
    if (document.getText() === last) end();
  });
  const scrolled = vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor, visibleRanges }) => {
    if (textEditor.document.uri.toString() !== key) return;
    const seen = visibleRanges.at(-1)?.end.line ?? 0;
    // Growth alone also moves the end out of view; a scroll in a document of unchanged length is the user's.
    if (textEditor.document.lineCount === lines || seen >= lines - 2) following = seen >= lines - 2;
  });
  const stop = vscode.Disposable.from(grown, scrolled);
  const end = () => setTimeout(() => stop.dispose(), scrollMs);
  return {
    endWith(text) {
      last = text;
      if (editorOf()?.document.getText() === text) end();
      // A document that never grows keeps no process alive.
      else setTimeout(() => stop.dispose(), maxWaitMs).unref();
    },
  };
}
