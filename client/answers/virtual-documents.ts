/** Read-only virtual documents that Rumbo updates while they are open: answers, proposals, explanations. */
import * as vscode from 'vscode';

export type VirtualDocuments = {
  /** Creates a document without opening it. */
  create(scheme: DocumentScheme, name: string, text: string): VirtualDocument;
  /** The text of a document. Absent: it was dropped. */
  text(uri: vscode.Uri): string | undefined;
};
export type VirtualDocument = {
  readonly uri: vscode.Uri;
  /** Replaces the text. `text` is called when the editor reads it next, within a tenth of a second. */
  write(text: () => string): void;
  /** Makes the editor read the text now. */
  flush(): void;
};
/** `rumbo-answer`: for reading. `rumbo-original` and `rumbo-proposal`: the two sides of a change. */
export type DocumentScheme = 'rumbo-answer' | 'rumbo-original' | 'rumbo-proposal';
export const documentSchemes = [
  'rumbo-answer',
  'rumbo-original',
  'rumbo-proposal',
] as const satisfies readonly DocumentScheme[];

const flushIntervalMs = 80;
/** More documents are dropped, the oldest that is not open first. */
const maxDocuments = 40;

export function virtualDocuments(): VirtualDocuments & vscode.Disposable {
  const texts = new Map<string, () => string>();
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const timers = new Map<string, NodeJS.Timeout>();
  let created = 0;
  const provider: vscode.TextDocumentContentProvider = {
    onDidChange: changed.event,
    provideTextDocumentContent: (uri) =>
      texts.get(uri.toString())?.() ??
      'This answer is no longer available, because the window was reloaded. Ask again.\n',
  };
  const registrations = documentSchemes.map((scheme) =>
    vscode.workspace.registerTextDocumentContentProvider(scheme, provider),
  );

  return {
    create(scheme, name, text) {
      created += 1;
      // The number makes the URI unique; the tab does not show it.
      const uri = vscode.Uri.from({ scheme, path: `/${created}/${name.replace(/[/\\]/g, '∕')}` });
      const key = uri.toString();
      texts.set(key, () => text);
      dropOldest(texts);
      const flush = () => {
        clearTimeout(timers.get(key));
        timers.delete(key);
        changed.fire(uri);
      };
      return {
        uri,
        write(next) {
          texts.set(key, next);
          if (!timers.has(key)) timers.set(key, setTimeout(flush, flushIntervalMs));
        },
        flush,
      };
    },
    text: (uri) => texts.get(uri.toString())?.(),
    dispose() {
      for (const timer of timers.values()) clearTimeout(timer);
      for (const registration of registrations) registration.dispose();
      changed.dispose();
    },
  };
}

function dropOldest(texts: Map<string, unknown>): void {
  if (texts.size <= maxDocuments) return;
  const open = new Set(vscode.workspace.textDocuments.map((document) => document.uri.toString()));
  for (const key of texts.keys()) {
    if (texts.size <= maxDocuments) return;
    if (!open.has(key)) texts.delete(key);
  }
}

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
      else setTimeout(() => stop.dispose(), maxWaitMs);
    },
  };
}
