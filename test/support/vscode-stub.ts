/** Replaces `vscode` in unit tests: the part of the editor that the client uses. @types/vscode checks every shape. */
import type * as vscode from 'vscode';

/**
 * A part of an API: members may be missing, at any depth; those that are there must have the declared shape. Of
 * overloads the last counts.
 */
export type PartOf<Api> = unknown extends Api
  ? Api
  : Api extends Primitive | Uint8Array
    ? Api
    : Api extends readonly (infer Element)[]
      ? readonly PartOf<Element>[]
      : Api extends PromiseLike<infer Value>
        ? PromiseLike<PartOf<Value>>
        : Api extends abstract new (
              ...args: infer Args
            ) => infer Instance
          ? (new (...args: Args) => PartOf<Instance>) & { [Name in keyof Api]?: PartOf<Api[Name]> }
          : Api extends (...args: infer Args) => infer Result
            ? // A method, so that a parameter may also be a part of the declared one.
              { method(...args: Args): PartOf<Result> }['method']
            : { [Name in keyof Api]?: PartOf<Api[Name]> };
type Primitive = string | number | boolean | symbol | bigint | null | undefined;

type Listener<T> = (event: T) => unknown;
export class Disposable {
  static from(...parts: { dispose(): unknown }[]): Disposable {
    return new Disposable(() => {
      for (const part of parts) part.dispose();
    });
  }
  readonly #dispose: () => unknown;
  constructor(dispose: () => unknown) {
    this.#dispose = dispose;
  }
  dispose(): void {
    this.#dispose();
  }
}

export class EventEmitter<T> {
  readonly #listeners = new Set<Listener<T>>();
  readonly event = (listener: Listener<T>): Disposable => {
    this.#listeners.add(listener);
    return new Disposable(() => this.#listeners.delete(listener));
  };
  fire(event: T): void {
    for (const listener of this.#listeners) listener(event);
  }
  dispose(): void {
    this.#listeners.clear();
  }
}

export class CancellationTokenSource {
  readonly #cancelled = new EventEmitter<void>();
  readonly token = { isCancellationRequested: false, onCancellationRequested: this.#cancelled.event };
  cancel(): void {
    this.token.isCancellationRequested = true;
    this.#cancelled.fire();
  }
  dispose(): void {
    this.#cancelled.dispose();
  }
}

export class Position {
  readonly line: number;
  readonly character: number;
  constructor(line: number, character: number) {
    this.line = line;
    this.character = character;
  }
}
export class Range {
  readonly start: Position;
  readonly end: Position;
  constructor(start: Position, end: Position);
  constructor(startLine: number, startCharacter: number, endLine: number, endCharacter: number);
  constructor(start: number | Position, from: number | Position, endLine = 0, endCharacter = 0) {
    this.start = typeof start === 'number' ? new Position(start, from as number) : start;
    this.end = typeof from === 'number' ? new Position(endLine, endCharacter) : from;
  }
  get isEmpty(): boolean {
    return this.start.line === this.end.line && this.start.character === this.end.character;
  }
}

export class Selection extends Range {
  readonly anchor: Position;
  readonly active: Position;
  constructor(anchor: Position, active: Position);
  constructor(anchorLine: number, anchorCharacter: number, activeLine: number, activeCharacter: number);
  constructor(anchor: number | Position, from: number | Position, activeLine = 0, activeCharacter = 0) {
    const [start, end] = [
      typeof anchor === 'number' ? new Position(anchor, from as number) : anchor,
      typeof from === 'number' ? new Position(activeLine, activeCharacter) : from,
    ];
    super(start, end);
    [this.anchor, this.active] = [start, end];
  }
}

export class InlineCompletionItem {
  readonly insertText: string;
  constructor(insertText: string | vscode.SnippetString) {
    this.insertText = typeof insertText === 'string' ? insertText : insertText.value;
  }
}

export class Uri {
  static from({ scheme, path = '' }: { scheme: string; path?: string }): Uri {
    return new Uri(scheme, path);
  }
  static file(path: string): Uri {
    return new Uri('file', path);
  }
  readonly scheme: string;
  readonly path: string;
  constructor(scheme: string, path: string) {
    this.scheme = scheme;
    this.path = path;
  }
  get fsPath(): string {
    return this.path;
  }
  toString(): string {
    return `${this.scheme}:${encodeURI(this.path)}`;
  }
}

export class ThemeColor {
  readonly id: string;
  constructor(id: string) {
    this.id = id;
  }
}
export class ThemeIcon {
  readonly id: string;
  readonly color: ThemeColor | undefined;
  constructor(id: string, color?: ThemeColor) {
    this.id = id;
    this.color = color;
  }
}
export class TreeItem {
  readonly label: string;
  readonly collapsibleState: number;
  constructor(label: string | vscode.TreeItemLabel | vscode.Uri, collapsibleState = 0) {
    this.label = typeof label === 'string' ? label : '';
    this.collapsibleState = collapsibleState;
  }
}
export class TabInputText {
  readonly uri: Uri;
  constructor(uri: Uri) {
    this.uri = uri;
  }
}
export class TabInputTextDiff {
  readonly original: Uri;
  readonly modified: Uri;
  constructor(original: Uri, modified: Uri) {
    this.original = original;
    this.modified = modified;
  }
}
export class WorkspaceEdit {
  readonly replacements: { uri: Uri; range: Range; text: string }[] = [];
  replace(uri: Uri, range: Range, text: string): void {
    this.replacements.push({ uri, range, text });
  }
}

export const TreeItemCollapsibleState = { None: 0, Collapsed: 1, Expanded: 2 } as const satisfies PartOf<
  typeof vscode.TreeItemCollapsibleState
>;
export const StatusBarAlignment = { Left: 1, Right: 2 } as const satisfies PartOf<
  typeof vscode.StatusBarAlignment
>;
export const TextDocumentChangeReason = { Undo: 1, Redo: 2 } as const satisfies PartOf<
  typeof vscode.TextDocumentChangeReason
>;
export const LanguageStatusSeverity = { Information: 0, Warning: 1 } as const satisfies PartOf<
  typeof vscode.LanguageStatusSeverity
>;
export const TreeItemCheckboxState = { Unchecked: 0, Checked: 1 } as const satisfies PartOf<
  typeof vscode.TreeItemCheckboxState
>;
export const QuickPickItemKind = { Separator: -1, Default: 0 } satisfies PartOf<
  typeof vscode.QuickPickItemKind
>;
export const ProgressLocation = { Window: 10, Notification: 15 } as const satisfies PartOf<
  typeof vscode.ProgressLocation
>;
export const ConfigurationTarget = { Global: 1, Workspace: 2 } as const satisfies PartOf<
  typeof vscode.ConfigurationTarget
>;
export const ViewColumn = { Beside: -2, Active: -1 } as const satisfies PartOf<typeof vscode.ViewColumn>;
export const LogLevel = { Trace: 1, Info: 3 } as const satisfies PartOf<typeof vscode.LogLevel>;

/** One entry, or several where `canPickMany` is set. */
type Picked = ListEntry & ListEntry[];
type ProgressStep = { readonly message?: string; readonly increment?: number };
type Progress = { report(step: ProgressStep): void };
type ListEntry = { label: string; description?: string; detail?: string; picked?: boolean };
type InlineProvider = {
  provideInlineCompletionItems(document: unknown, at: Position): InlineCompletionItem[];
};

/** Events of documents and editors; a test fires these. */
export const events = {
  changedText: new EventEmitter<unknown>(),
  openedText: new EventEmitter<unknown>(),
  movedCursor: new EventEmitter<unknown>(),
  changedEditor: new EventEmitter<unknown>(),
  changedSettings: new EventEmitter<{ affectsConfiguration(key: string): boolean }>(),
};

/** A tree view; `check` is the user's click on a checkbox. */
type Tree = {
  treeDataProvider: vscode.TreeDataProvider<unknown>;
  visible: boolean;
  badge?: unknown;
  description?: string;
  check(element: unknown, state: 0 | 1): void;
  /** The redrawn elements; `undefined`: everything. */
  readonly redrawn: unknown[];
};
/** What the client did, and what the user will do; a test reads and sets these. */
export const fakeEditor = {
  /** The shown messages, with their buttons. */
  messages: [] as {
    kind: 'error' | 'warning' | 'information';
    text: string;
    buttons: string[];
    detail?: string;
  }[],
  /** The button that the user presses when it is shown. */
  buttonToPress: undefined as string | undefined,
  /** The user's inputs for the next input boxes. */
  inputs: [] as (string | undefined)[],
  /** The input boxes that were opened, with their initial values. */
  inputBoxes: [] as { title: string | undefined; value: string; validation: string | undefined }[],
  /** The quick picks with free input that were opened, with their items. */
  quickPicks: [] as { title: string | undefined; labels: string[] }[],
  /** The files by URI. */
  files: new Map<string, { text: string; languageId: string }>(),
  shownDocuments: [] as string[],
  /** The tree views by id. */
  trees: new Map<string, Tree>(),
  /** The messages of progress notifications. */
  progressMessages: [] as string[],
  /** The progress notifications: title, percentage, and the Cancel button. */
  progress: [] as { title: string; percent: number; cancel(): void }[],
  context: new Map<string, unknown>(),
  settings: new Map<string, { globalValue?: unknown; workspaceValue?: unknown }>(),
  providers: new Map<string, { provideTextDocumentContent(uri: Uri): string }>(),
  executed: [] as { id: string; args: unknown[] }[],
  /** The labels that the user selects in the next lists with checkboxes. Absent: dismissed. */
  labelsToPick: undefined as string[] | undefined,
  /** The lists without free input that were opened, with their entries. */
  lists: [] as { title: string | undefined; entries: readonly ListEntry[] }[],
  /** The status-bar items by id. */
  status: new Map<string, { text: string; tooltip: string; command: string }>(),
  languageStatus: undefined as { text: string; detail: string; command: { command: string } } | undefined,
  /** The registered providers of ghost text. */
  inlineProviders: new Set<InlineProvider>(),
  /** The ghost text at a position. */
  ghostTextAt(document: unknown, at: Position): InlineCompletionItem[] {
    return [...fakeEditor.inlineProviders].flatMap((writer) =>
      writer.provideInlineCompletionItems(document, at),
    );
  },
  /** The text of a document as the user sees it. */
  text: (uri: Uri): string =>
    fakeEditor.providers.get(uri.scheme)?.provideTextDocumentContent(uri) ??
    fakeEditor.files.get(uri.toString())?.text ??
    '',
  reset(): void {
    const {
      messages,
      inputs,
      inputBoxes,
      quickPicks,
      lists,
      shownDocuments,
      progressMessages,
      progress,
      executed,
    } = fakeEditor;
    for (const list of [
      messages,
      inputs,
      inputBoxes,
      quickPicks,
      lists,
      shownDocuments,
      progressMessages,
      progress,
      executed,
    ])
      list.length = 0;
    for (const map of [
      fakeEditor.files,
      fakeEditor.trees,
      fakeEditor.context,
      fakeEditor.settings,
      fakeEditor.inlineProviders,
    ])
      map.clear();
    fakeEditor.buttonToPress = undefined;
    fakeEditor.labelsToPick = undefined;
    workspace.textDocuments.length = 0;
    window.activeTextEditor = undefined;
    window.visibleTextEditors.length = 0;
  },
};

const registered = new Map<string, (...args: unknown[]) => unknown>();
export const commands = {
  registerCommand(id: string, run: (...args: unknown[]) => unknown): Disposable {
    if (registered.has(id)) throw new Error(`command '${id}' already exists`);
    registered.set(id, run);
    return new Disposable(() => registered.delete(id));
  },
  async executeCommand(id: string, ...args: unknown[]): Promise<unknown> {
    fakeEditor.executed.push({ id, args });
    if (id === 'setContext') fakeEditor.context.set(String(args[0]), args[1]);
    return registered.get(id)?.(...args);
  },
  getCommands: async (): Promise<string[]> => [...registered.keys()],
} satisfies PartOf<typeof vscode.commands>;

/** The API declares buttons as strings or as items; the client uses strings. */
type Button = string & vscode.MessageItem;
const message =
  (kind: 'error' | 'warning' | 'information') =>
  async (
    text: string,
    ...items: (string | vscode.MessageOptions | vscode.MessageItem)[]
  ): Promise<Button | undefined> => {
    const buttons = items.filter((item) => typeof item === 'string');
    const detail = items.flatMap((item) =>
      'detail' in Object(item) ? [(item as vscode.MessageOptions).detail ?? ''] : [],
    )[0];
    fakeEditor.messages.push({ kind, text, buttons, ...(detail ? { detail } : {}) });
    return buttons.find((button) => button === fakeEditor.buttonToPress) as Button | undefined;
  };

const never = () => new Disposable(() => {});
export const window = {
  activeTextEditor: undefined as PartOf<vscode.TextEditor> | undefined,
  visibleTextEditors: [] as PartOf<vscode.TextEditor>[],
  tabGroups: {
    all: [] as PartOf<vscode.TabGroup>[],
    activeTabGroup: { activeTab: undefined, tabs: [] as PartOf<vscode.Tab>[] },
    onDidChangeTabs: never,
    close: async () => true,
  },
  showErrorMessage: message('error'),
  showWarningMessage: message('warning'),
  showInformationMessage: message('information'),
  setStatusBarMessage: never,
  showInputBox: async () => fakeEditor.inputs.shift(),
  async showQuickPick(
    items: readonly ListEntry[],
    options?: { title?: string; canPickMany?: boolean },
  ): Promise<Picked | undefined> {
    fakeEditor.lists.push({ title: options?.title, entries: items });
    const picked = options?.canPickMany
      ? fakeEditor.labelsToPick && items.filter(({ label }) => fakeEditor.labelsToPick?.includes(label))
      : items[0];
    return picked as Picked | undefined;
  },
  createInputBox() {
    const accept = new EventEmitter<void>();
    const hide = new EventEmitter<void>();
    const box = {
      title: undefined as string | undefined,
      value: '',
      validationMessage: undefined as string | undefined,
      onDidChangeValue: never,
      onDidAccept: accept.event,
      onDidHide: hide.event,
      show() {
        const offered = box.value;
        const typed = fakeEditor.inputs.shift();
        if (typed !== undefined) {
          box.value = typed;
          accept.fire();
        }
        fakeEditor.inputBoxes.push({ title: box.title, value: offered, validation: box.validationMessage });
        if (typed === undefined || box.validationMessage) hide.fire();
      },
      hide: () => hide.fire(),
      dispose() {},
    };
    return box;
  },
  createQuickPick() {
    const [change, accept, hide] = [
      new EventEmitter<string>(),
      new EventEmitter<void>(),
      new EventEmitter<void>(),
    ];
    const pick = {
      title: undefined as string | undefined,
      value: '',
      items: [] as readonly vscode.QuickPickItem[],
      activeItems: [] as readonly vscode.QuickPickItem[],
      onDidChangeValue: change.event,
      onDidAccept: accept.event,
      onDidHide: hide.event,
      show() {
        const typed = fakeEditor.inputs.shift();
        if (typed !== undefined) {
          pick.value = typed;
          change.fire(typed);
        }
        pick.activeItems = pick.items.slice(0, 1);
        fakeEditor.quickPicks.push({ title: pick.title, labels: pick.items.map(({ label }) => label) });
        if (typed !== undefined) accept.fire();
        hide.fire();
      },
      hide() {},
      dispose() {},
    };
    return pick;
  },
  createOutputChannel: () => ({ info() {}, error() {}, warn() {}, show() {}, dispose() {} }),
  createStatusBarItem(name: unknown) {
    const id = String(name);
    const item = {
      text: '',
      tooltip: '',
      command: '',
      show() {},
      dispose: () => fakeEditor.status.delete(id),
    };
    fakeEditor.status.set(id, item);
    return item;
  },
  onDidChangeActiveTextEditor: events.changedEditor.event,
  onDidChangeTextEditorSelection: events.movedCursor.event,
  createTreeView(id: string, { treeDataProvider }: vscode.TreeViewOptions<unknown>) {
    const checked = new EventEmitter<{ items: [unknown, 0 | 1][] }>();
    const redrawn: unknown[] = [];
    treeDataProvider.onDidChangeTreeData?.((element) => redrawn.push(element));
    const tree = {
      visible: false,
      onDidExpandElement: never,
      onDidChangeCheckboxState: checked.event,
      dispose() {},
      treeDataProvider,
      redrawn,
      check: (element: unknown, state: 0 | 1) => checked.fire({ items: [[element, state]] }),
    };
    fakeEditor.trees.set(id, tree);
    return tree;
  },
  onDidChangeTextEditorVisibleRanges: never,
  showTextDocument: async (shown: Uri | { uri: Uri }): Promise<PartOf<vscode.TextEditor>> => {
    fakeEditor.shownDocuments.push(String(shown instanceof Uri ? shown : shown.uri));
    return window.activeTextEditor ?? {};
  },
  withProgress<Result>(
    { title = '' }: vscode.ProgressOptions,
    task: (progress: Progress, token: CancellationTokenSource['token']) => PromiseLike<Result>,
  ) {
    const source = new CancellationTokenSource();
    const shown = { title, percent: 0, cancel: () => source.cancel() };
    fakeEditor.progress.push(shown);
    const report = ({ message, increment = 0 }: ProgressStep) => {
      fakeEditor.progressMessages.push(message ?? '');
      shown.percent += increment;
    };
    return task({ report }, source.token);
  },
} satisfies PartOf<typeof vscode.window>;

/** A document with the text of a file or a virtual document. */
export const fakeDocument = (uri: Uri) => ({
  uri,
  languageId: fakeEditor.files.get(uri.toString())?.languageId ?? 'plaintext',
  isClosed: false,
  getText: () => fakeEditor.text(uri),
  get lineCount() {
    return fakeEditor.text(uri).split('\n').length;
  },
  lineAt: (at: number | vscode.Position) => ({
    text: fakeEditor.text(uri).split('\n')[typeof at === 'number' ? at : at.line] ?? '',
  }),
  validateRange: (range: Range) => range,
});
export const workspace = {
  textDocuments: [] as PartOf<vscode.TextDocument>[],
  fs: {
    isWritableFileSystem: (scheme: string) => (scheme === 'file' ? true : undefined),
    stat: async (uri: Uri) => ({ size: fakeEditor.text(uri).length }),
    readFile: async (uri: Uri) => new TextEncoder().encode(fakeEditor.text(uri)),
  },
  /** The workspace is the folder `/w`. */
  getWorkspaceFolder: (uri: Uri) => (uri.path.startsWith('/w/') ? { uri: new Uri('file', '/w') } : undefined),
  asRelativePath: (uri: string | Uri) => (typeof uri === 'string' ? uri : uri.path.slice(1)),
  onDidChangeTextDocument: events.changedText.event,
  onDidOpenTextDocument: events.openedText.event,
  onDidChangeConfiguration: events.changedSettings.event,
  registerTextDocumentContentProvider(
    scheme: string,
    provider: { provideTextDocumentContent(uri: Uri): string },
  ): Disposable {
    fakeEditor.providers.set(scheme, provider);
    return new Disposable(() => fakeEditor.providers.delete(scheme));
  },
  async openTextDocument(what: Uri | { content?: string; language?: string } = {}) {
    if (what instanceof Uri) {
      if (!fakeEditor.providers.has(what.scheme) && !fakeEditor.files.has(what.toString()))
        throw new Error('no such file');
      return fakeDocument(what);
    }
    const uri = new Uri('untitled', `Untitled-${fakeEditor.files.size + 1}`);
    fakeEditor.files.set(uri.toString(), {
      text: what.content ?? '',
      languageId: what.language ?? 'plaintext',
    });
    return fakeDocument(uri);
  },
  async applyEdit(edit: object): Promise<boolean> {
    if (!(edit instanceof WorkspaceEdit)) return false;
    for (const { uri, range, text } of edit.replacements) {
      const file = fakeEditor.files.get(uri.toString());
      if (!file) return false;
      const lines = file.text.split('\n');
      const before = [
        ...lines.slice(0, range.start.line),
        lines[range.start.line]?.slice(0, range.start.character) ?? '',
      ];
      const after = [
        lines[range.end.line]?.slice(range.end.character) ?? '',
        ...lines.slice(range.end.line + 1),
      ];
      file.text = before.join('\n') + text + after.join('\n');
    }
    return true;
  },
  getConfiguration: (section: string) => ({
    get: (key: string) => fakeEditor.settings.get(`${section}.${key}`)?.globalValue,
    inspect: (key: string) => fakeEditor.settings.get(`${section}.${key}`),
    async update(key: string, globalValue: unknown) {
      fakeEditor.settings.set(`${section}.${key}`, {
        ...fakeEditor.settings.get(`${section}.${key}`),
        globalValue,
      });
    },
  }),
} satisfies PartOf<typeof vscode.workspace>;
export const languages = {
  getLanguages: async () => ['typescript', 'python', 'markdown', 'plaintext'],
  setTextDocumentLanguage: async (document: PartOf<vscode.TextDocument>) => document,
  registerInlineCompletionItemProvider(_selector: unknown, provider: object): Disposable {
    const inlineProvider = provider as InlineProvider;
    fakeEditor.inlineProviders.add(inlineProvider);
    return new Disposable(() => fakeEditor.inlineProviders.delete(inlineProvider));
  },
  createLanguageStatusItem() {
    fakeEditor.languageStatus = { text: '', detail: '', command: { command: '' } };
    return Object.assign(fakeEditor.languageStatus, {
      dispose() {
        fakeEditor.languageStatus = undefined;
      },
    });
  },
} satisfies PartOf<typeof vscode.languages>;
export const env = { language: 'en', appName: 'stub' } satisfies PartOf<typeof vscode.env>;

/** The classes; each constant above is checked where it is declared. */
const classes = {
  CancellationTokenSource,
  Disposable,
  EventEmitter,
  InlineCompletionItem,
  Position,
  Range,
  Selection,
  TabInputText,
  TabInputTextDiff,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  Uri,
  WorkspaceEdit,
} satisfies PartOf<typeof vscode>;
void classes;
