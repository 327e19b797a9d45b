/**
 * A text shown as ghost text at one place while it arrives. It is in no document before it is accepted, so that nothing
 * saves it; what the user types, and a cursor that goes elsewhere, drop it.
 */
import * as vscode from 'vscode';

export type Previews = {
  /** One at a time: another one is dropped. */
  open(editor: vscode.TextEditor, position: vscode.Position): Preview;
  /** Whether something is previewed there: others have nothing to show then. */
  isIn(document: vscode.TextDocument): boolean;
  accept(): Thenable<unknown>;
  drop(): void;
};
export type Preview = {
  /** The text so far, whole each time, with `\n`. */
  write(text: string): void;
  /** Nobody writes on: the line that says so stays until the user decides. */
  done(line: { readonly text: string; readonly tooltip: string }): void;
  drop(): void;
  /** Resolves once, when it is no longer shown. */
  readonly ended: Promise<'accepted' | 'dropped'>;
};

/** @param extensionId our own, by which VS Code names who is to be asked */
export function createPreviews(extensionId: string): Previews & vscode.Disposable {
  /** Documents whose last change took something back. */
  const undone = new WeakSet<vscode.TextDocument>();
  const changed = vscode.workspace.onDidChangeTextDocument(({ document, contentChanges, reason }) => {
    if (contentChanges.length === 0) return;
    if (reason === vscode.TextDocumentChangeReason.Undo) undone.add(document);
    else undone.delete(document);
  });
  /**
   * Asked by the user, VS Code keeps what it shows and puts a new text behind it. Asked as if by itself it shows the new
   * text, if whoever writes it is new, too; but it is silent right after an acceptance was taken back.
   */
  const retrigger = (document: vscode.TextDocument) => {
    const trigger = 'editor.action.inlineSuggest.trigger';
    if (undone.has(document)) {
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
  /** How much of it the user has accepted, before it was whole or word by word, and where the rest begins. */
  let taken = 0;
  let position = start;
  let isWhole = false;
  let isOver = false;

  const end = (how: 'accepted' | 'dropped') => {
    if (isOver) return;
    isOver = true;
    for (const part of parts) part.dispose();
    if (how === 'dropped') void vscode.commands.executeCommand('editor.action.inlineSuggest.hide');
    finished.resolve(how);
  };
  const settle = () => {
    if (isWhole && taken === text.length) end('accepted');
  };
  const follow = ({ contentChanges }: vscode.TextDocumentChangeEvent) => {
    if (contentChanges.length === 0) return;
    const [change] = contentChanges;
    const inserted = change?.text.replaceAll('\r\n', '\n') ?? '';
    const isOurs =
      contentChanges.length === 1 &&
      inserted !== '' &&
      change?.range.isEmpty === true &&
      samePlace(change.range.start, position) &&
      text.startsWith(inserted, taken);
    if (!isOurs) return end('dropped');
    taken += inserted.length;
    position = after(position, inserted);
    settle();
  };
  const provider: vscode.InlineCompletionItemProvider = {
    provideInlineCompletionItems(asked, at) {
      const rest = text.slice(taken);
      if (asked !== document || !samePlace(at, position) || rest === '') return [];
      return [new vscode.InlineCompletionItem(rest, new vscode.Range(at, at))];
    },
  };
  let registered: vscode.Disposable | undefined;
  /** The last one registered is the first to be asked. */
  const register = () => {
    const before = registered;
    const { scheme } = document.uri;
    registered = vscode.languages.registerInlineCompletionItemProvider({ scheme }, { ...provider });
    before?.dispose();
  };
  const parts = [
    item,
    { dispose: () => registered?.dispose() },
    vscode.workspace.onDidChangeTextDocument((event) => {
      if (event.document === document) follow(event);
    }),
    vscode.window.onDidChangeTextEditorSelection(({ textEditor, selections }) => {
      if (textEditor !== editor) return;
      const [only] = selections;
      if (selections.length !== 1 || !only?.isEmpty || !samePlace(only.active, position)) end('dropped');
    }),
    vscode.window.onDidChangeActiveTextEditor((active) => {
      if (active !== editor) end('dropped');
    }),
  ];
  item.name = 'Rumbo: Generate Here';
  item.command = 'rumbo.dropGenerated';
  item.text = '$(loading~spin) Rumbo: writing, Esc stops';
  item.tooltip = 'Click to stop';
  item.show();

  return {
    write(next) {
      if (isOver || next === text) return;
      // Another model began anew after a part was accepted: the two do not fit together.
      if (!next.startsWith(text.slice(0, taken))) return end('dropped');
      text = next;
      register();
      retrigger();
    },
    done(line) {
      item.text = line.text;
      item.tooltip = line.tooltip;
      isWhole = true;
      settle();
    },
    drop: () => end('dropped'),
    ended: finished.promise,
  };
}

const samePlace = (one: vscode.Position, other: vscode.Position): boolean =>
  one.line === other.line && one.character === other.character;

/** Where a cursor stands once a text was inserted before it. */
function after({ line, character }: vscode.Position, inserted: string): vscode.Position {
  const lines = inserted.split('\n');
  const last = lines.at(-1)?.length ?? 0;
  return new vscode.Position(line + lines.length - 1, lines.length === 1 ? character + last : last);
}
