/** What ghost text is asked about and what it says. Values: nothing in them changes while a suggestion is made. */

/** A document and a place in it, as they were when the editor asked. Offsets are UTF-16 units, line ends as in the file. */
export type CompletionContext = {
  readonly uri: string;
  /** The editor's count of changes to this document. */
  readonly version: number;
  /** VS Code's name of the language: `typescript`, `python`, … */
  readonly languageId: string;
  /** All of the document before the cursor. */
  readonly before: string;
  /** All of it after the cursor. */
  readonly after: string;
  readonly indentation: Indentation;
  /** What the suggest widget shows as selected; a suggestion has to begin with its text, put in the place of `before`'s last `replaces` units. */
  readonly selectedCompletion?: { readonly text: string; readonly replaces: number };
  /** `typing`: the editor asked by itself. `asked`: the user did, with a key. */
  readonly trigger: 'automatic' | 'invoked';
};

/** How this document indents one level. */
export type Indentation = {
  readonly tabs: boolean;
  /** Columns of one level. */
  readonly size: number;
};

/** How much is wanted: the rest of the line, or lines up to the end of the statement or block. */
export type CompletionLength = 'line' | 'block';

/** Text to be shown at the cursor. */
export type Suggestion = {
  /** What the document gets; line ends as the document's. Never empty. */
  readonly insertText: string;
  /** Units before the cursor that it replaces (only with `CompletionContext.selectedCompletion`). */
  readonly replacesBefore: number;
  /** Units after the cursor, on the same line, that it replaces; what it holds of them comes in the same order. */
  readonly replacesAfter: number;
};
