/**
 * A streaming text shown as ghost text at one position. It is in no document before it is accepted, so that nothing
 * saves it. Typing something else or moving the cursor discards it.
 */
import * as vscode from 'vscode';

export type Previews = {
  /** Shows a new preview; an earlier one is dropped. */
  open(editor: vscode.TextEditor, position: vscode.Position): Preview;
  /** Whether a preview is shown in the document; other completions are suppressed then. */
  isIn(document: vscode.TextDocument): boolean;
  accept(): Thenable<unknown>;
  drop(): void;
};
export type Preview = {
  /** Sets the whole text so far, with `\n`. */
  write(text: string): void;
  /** The text is final: the status-bar item shows this line until the user decides. */
  done(line: { readonly text: string; readonly tooltip: string }): void;
  drop(): void;
  /** Resolves when it is no longer shown. */
  readonly ended: Promise<'accepted' | 'dropped'>;
};

/** @param extensionId by which VS Code identifies the completion provider */
export function createPreviews(extensionId: string): Previews & vscode.Disposable {
  /** Documents whose last change was an undo. */
  const undoneDocuments = new WeakSet<vscode.TextDocument>();
  const changed = vscode.workspace.onDidChangeTextDocument(({ document, contentChanges, reason }) => {
    if (contentChanges.length === 0) return;
    if (reason === vscode.TextDocumentChangeReason.Undo) undoneDocuments.add(document);
    else undoneDocuments.delete(document);
  });
  /**
   * On an explicit trigger VS Code keeps the shown completion and appends a new one. On an automatic trigger it shows the
   * new text if its provider is new, too, but shows nothing right after an acceptance was undone.
   */
  const retrigger = (document: vscode.TextDocument) => {
    const trigger = 'editor.action.inlineSuggest.trigger';
    if (undoneDocuments.has(document)) {
      void vscode.commands.executeCommand('editor.action.inlineSuggest.hide');
      void vscode.commands.executeCommand(trigger);
      return;
    }
    void vscode.commands.executeCommand(trigger, { providerId: `${extensionId}:*`, explicit: false });
  };
  let current: { readonly preview: Preview; readonly document: vscode.TextDocument } | undefined;
  return {
    open(editor, position) {
      current?.preview.drop();
      const { document } = editor;
      const preview = show(editor, position, () => retrigger(document));
      const mine = { preview, document };
      current = mine;
      void vscode.commands.executeCommand('setContext', 'rumbo.generating', true);
      void preview.ended.then(() => {
        if (current !== mine) return;
        current = undefined;
        void vscode.commands.executeCommand('setContext', 'rumbo.generating', false);
      });
      return preview;
    },
    isIn: (document) => current?.document === document,
    accept: () => vscode.commands.executeCommand('editor.action.inlineSuggest.commit'),
    drop: () => current?.preview.drop(),
    dispose() {
      current?.preview.drop();
      changed.dispose();
    },
  };
}

function show(editor: vscode.TextEditor, start: vscode.Position, retrigger: () => void): Preview {
  const { document } = editor;
  const item = vscode.window.createStatusBarItem('rumbo.generating', vscode.StatusBarAlignment.Right, 91);
  const finished = Promise.withResolvers<'accepted' | 'dropped'>();
  let text = '';
  /** Characters that the user has accepted so far, and the position after them. */
  let acceptedLength = 0;
  let position = start;
  let isComplete = false;
  let isEnded = false;

  const end = (how: 'accepted' | 'dropped') => {
    if (isEnded) return;
    isEnded = true;
    for (const subscription of subscriptions) subscription.dispose();
    if (how === 'dropped') void vscode.commands.executeCommand('editor.action.inlineSuggest.hide');
    finished.resolve(how);
  };
  const settle = () => {
    if (isComplete && acceptedLength === text.length) end('accepted');
  };
  const follow = ({ contentChanges }: vscode.TextDocumentChangeEvent) => {
    if (contentChanges.length === 0) return;
    const [change] = contentChanges;
    const inserted = change?.text.replaceAll('\r\n', '\n') ?? '';
    const isAcceptance =
      contentChanges.length === 1 &&
      inserted !== '' &&
      change?.range.isEmpty === true &&
      samePosition(change.range.start, position) &&
      text.startsWith(inserted, acceptedLength);
    if (!isAcceptance) return end('dropped');
    acceptedLength += inserted.length;
    position = after(position, inserted);
    settle();
  };
  const provider: vscode.InlineCompletionItemProvider = {
    provideInlineCompletionItems(requested, at) {
      const rest = text.slice(acceptedLength);
      if (requested !== document || !samePosition(at, position) || rest === '') return [];
      return [new vscode.InlineCompletionItem(rest, new vscode.Range(at, at))];
    },
  };
  let registered: vscode.Disposable | undefined;
  /** VS Code asks the most recently registered provider first. */
  const register = () => {
    const before = registered;
    const { scheme } = document.uri;
    registered = vscode.languages.registerInlineCompletionItemProvider({ scheme }, { ...provider });
    before?.dispose();
  };
  const subscriptions = [
    item,
    { dispose: () => registered?.dispose() },
    vscode.workspace.onDidChangeTextDocument((event) => {
      if (event.document === document) follow(event);
    }),
    vscode.window.onDidChangeTextEditorSelection(({ textEditor, selections }) => {
      if (textEditor !== editor) return;
      const [only] = selections;
      if (selections.length !== 1 || !only?.isEmpty || !samePosition(only.active, position)) end('dropped');
    }),
    vscode.window.onDidChangeActiveTextEditor((active) => {
      if (active !== editor) end('dropped');
    }),
  ];
  item.name = 'Rumbo: Generate Here';
  item.command = 'rumbo.dropGenerated';
  item.text = '$(loading~spin) Rumbo: generating, Esc to stop';
  item.tooltip = 'Click to stop';
  item.show();

  return {
    write(next) {
      if (isEnded || next === text) return;
      // Another model started over after the user accepted a part of the first text.
      if (!next.startsWith(text.slice(0, acceptedLength))) return end('dropped');
      text = next;
      register();
      retrigger();
    },
    done(line) {
      item.text = line.text;
      item.tooltip = line.tooltip;
      isComplete = true;
      settle();
    },
    drop: () => end('dropped'),
    ended: finished.promise,
  };
}

const samePosition = (one: vscode.Position, other: vscode.Position): boolean =>
  one.line === other.line && one.character === other.character;

/** The position after an inserted text. */
function after({ line, character }: vscode.Position, inserted: string): vscode.Position {
  const lines = inserted.split('\n');
  const last = lines.at(-1)?.length ?? 0;
  return new vscode.Position(line + lines.length - 1, lines.length === 1 ? character + last : last);
}
