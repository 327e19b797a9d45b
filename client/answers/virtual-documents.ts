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

/** Opens a document beside the user's editors; further answers open in the column of the first. */
export async function showBeside(uri: vscode.Uri): Promise<void> {
  const answerGroup = vscode.window.tabGroups.all.find((group) =>
    group.tabs.some(({ input }) => input instanceof vscode.TabInputText && input.uri.scheme === uri.scheme),
  );
  const nothingOpen = vscode.window.tabGroups.activeTabGroup.tabs.length === 0;
  const viewColumn =
    answerGroup?.viewColumn ?? (nothingOpen ? vscode.ViewColumn.Active : vscode.ViewColumn.Beside);
  await vscode.window.showTextDocument(uri, { viewColumn, preview: false });
}
