/** An editor as a completion server sees one: it sends a request after each keystroke and cancels the previous one. */

import type { CompletionContext, Suggestion } from '../../../server/inline-completion/completion-context.ts';
import type { CompletionItem } from '../../../server/inline-completion/completion-item.ts';
import type { TypistClock } from './virtual-clock.ts';

/** A source of ghost text: the scheduler, or another one to compare it with. */
export type GhostTextSource = {
  suggest(context: CompletionContext, signal: AbortSignal): Promise<readonly CompletionItem[]>;
  accepted(id: string): void;
  rejected(id: string): void;
  changed(uri: string, version: number): void;
};

export type EditorTally = {
  keystrokes: number;
  /** Items that arrived. */
  items: number;
  /** Of them, by result type. */
  readonly resultTypes: Map<string, number>;
  /** Items for an outdated document or cursor. */
  stale: number;
  acceptedUnits: number;
};

export type Editor = ReturnType<typeof editor>;

const uri = 'file:///typed.ts';

export function editor(
  source: GhostTextSource,
  clock: TypistClock,
  start: { before: string; after: string },
) {
  const buffer = textBuffer(start);
  let version = 1;
  let ghost: CompletionItem | undefined;
  let pending: AbortController | undefined;
  let onShown: (() => void) | undefined;
  const tally: EditorTally = { keystrokes: 0, items: 0, resultTypes: new Map(), stale: 0, acceptedUnits: 0 };

  const context = (): CompletionContext => ({
    uri,
    version,
    languageId: 'typescript',
    ...buffer.text(),
    indentation: { tabs: false, size: 2 },
    trigger: 'automatic',
  });

  const request = (): void => {
    const now = context();
    const controller = new AbortController();
    pending = controller;
    source.suggest(now, controller.signal).then(
      (items) => {
        if (controller.signal.aborted) return;
        ghost = items[0];
        if (!ghost) return;
        tally.items++;
        tally.resultTypes.set(ghost.resultType, (tally.resultTypes.get(ghost.resultType) ?? 0) + 1);
        const { before, after } = buffer.text();
        if (now.version !== version || now.before !== before || now.after !== after) tally.stale++;
        onShown?.();
      },
      (error: unknown) => {
        throw error;
      },
    );
  };

  const change = (): void => {
    version++;
    pending?.abort();
    source.changed(uri, version);
  };

  return {
    tally,
    context,
    get ghost() {
      return ghost?.suggestion;
    },
    /** Resolves when ghost text is shown; `false`: not in time. */
    async shownWithin(withinMs: number): Promise<boolean> {
      if (ghost) return true;
      await new Promise<void>((resolve) => {
        const cancel = clock.after(withinMs, resolve);
        onShown = () => {
          cancel();
          resolve();
        };
      });
      onShown = undefined;
      return ghost !== undefined;
    },
    /** A key, or Enter with the indentation that the editor adds. */
    type(text: string): void {
      tally.keystrokes++;
      const follows = ghost?.suggestion.insertText.startsWith(text) && ghost.suggestion.insertText !== text;
      buffer.type(text);
      ghost = follows && ghost ? trimmed(ghost, text.length) : undefined;
      change();
      request();
    },
    backspace(): void {
      tally.keystrokes++;
      buffer.backspace();
      ghost = undefined;
      change();
      request();
    },
    /** All of it, its first word, or its first line. */
    accept(how: 'all' | 'word' | 'line'): void {
      if (!ghost) return;
      const { id, suggestion } = ghost;
      tally.acceptedUnits += buffer.insert(suggestion, acceptedLength(suggestion.insertText, how));
      ghost = undefined;
      source.accepted(id);
      change();
      request();
    },
    escape(): void {
      if (ghost) source.rejected(ghost.id);
      ghost = undefined;
    },
    /** Another user inserts a line at the top. Editors send no request then. */
    insertAtTop(line: string): void {
      buffer.insertAtTop(line);
      ghost = undefined;
      change();
    },
    /** Moves the cursor this many units back, or forward if negative. */
    move(units: number): void {
      buffer.move(units);
      ghost = undefined;
      pending?.abort();
    },
  };
}

/** The text before and after the cursor. Like an editor, it inserts closing brackets and types over them. */
function textBuffer(start: { before: string; after: string }) {
  let { before, after } = start;
  /** Closing brackets after the cursor that the editor has inserted. */
  let open = '';
  return {
    text: () => ({ before, after }),
    type(text: string): void {
      if (text === open.charAt(0) && text === after.charAt(0)) {
        open = open.slice(1);
        after = after.slice(1);
      } else if ((text === '(' || text === '[') && /^(?:$|[\s)\]};,])/.test(after)) {
        const closer = text === '(' ? ')' : ']';
        open = closer + open;
        after = closer + after;
      }
      before += text;
    },
    backspace(): void {
      before = before.slice(0, -1);
    },
    /** Inserts the first units of a suggestion. @returns the number of inserted units */
    insert({ insertText, replacesBefore, replacesAfter }: Suggestion, units: number): number {
      const text = insertText.slice(0, units);
      const closers = insertedClosers(text, after, replacesAfter);
      before = before.slice(0, before.length - replacesBefore) + text;
      open = open.slice(closers);
      after = after.slice(closers);
      return text.length;
    },
    insertAtTop(line: string): void {
      before = line + before;
    },
    move(units: number): void {
      const at = Math.max(0, before.length - units);
      const text = before + after;
      before = text.slice(0, at);
      after = text.slice(at);
    },
  };
}

/** How many of the characters after the cursor the inserted text contains as well: they are replaced, not doubled. */
function insertedClosers(text: string, after: string, replacesAfter: number): number {
  let from = 0;
  let closers = 0;
  while (closers < replacesAfter) {
    const at = text.indexOf(after.charAt(closers), from);
    if (at < 0) break;
    from = at + 1;
    closers++;
  }
  return closers;
}

function acceptedLength(insertText: string, how: 'all' | 'word' | 'line'): number {
  if (how === 'all') return insertText.length;
  const part = how === 'word' ? /^\s*(?:\w+|\W)/ : /^\s*[^\n]*/;
  return part.exec(insertText)?.[0].length ?? insertText.length;
}

/** Editors keep the shown text while the user types along it. */
const trimmed = (item: CompletionItem, units: number): CompletionItem => ({
  ...item,
  suggestion: { ...item.suggestion, insertText: item.suggestion.insertText.slice(units) },
});
