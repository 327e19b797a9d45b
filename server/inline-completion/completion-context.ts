/** The values that a completion request is about and the text it results in. They never change during a request. */

/** A document and a cursor in it at the time of the editor's request. Offsets are UTF-16 units, line ends as in the file. */
export type CompletionContext = {
  readonly uri: string;
  /** The editor's count of changes to this document. */
  readonly version: number;
  /** VS Code's identifier of the language: `typescript`, `python`, … */
  readonly languageId: string;
  /** The whole document before the cursor. */
  readonly before: string;
  /** The whole document after the cursor. */
  readonly after: string;
  readonly indentation: Indentation;
  /**
   * The selected item of the suggest widget (LSP's `selectedCompletionInfo`). A suggestion has to begin with its `text`,
   * which replaces the last `replaces` units of `before`. Absent: the widget is closed.
   */
  readonly selectedCompletion?: { readonly text: string; readonly replaces: number };
  /** LSP's `InlineCompletionTriggerKind`. `automatic`: while the user types. `invoked`: by the user, with a key. */
  readonly trigger: 'automatic' | 'invoked';
};

/** How a document indents one level. */
export type Indentation = {
  readonly tabs: boolean;
  /** Columns of one level. */
  readonly size: number;
};

/** How much to complete: the rest of the line, or lines up to the end of the statement or block. */
export type CompletionLength = 'line' | 'block';

/** Text to show at the cursor. */
export type Suggestion = {
  /** What the editor inserts; line ends as in the document. Never empty. */
  readonly insertText: string;
  /** Units before the cursor that it replaces (0 without `CompletionContext.selectedCompletion`). */
  readonly replacesBefore: number;
  /** Units after the cursor, on the same line, that it replaces. `insertText` contains them in the same order. */
  readonly replacesAfter: number;
};
