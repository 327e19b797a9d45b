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
  let { before, after } = start;
  let version = 1;
  /** Closers after the cursor that the editor has inserted. */
  let open = '';
  let ghost: CompletionItem | undefined;
  let pending: AbortController | undefined;
  let onShown: (() => void) | undefined;
  const tally: EditorTally = { keystrokes: 0, items: 0, resultTypes: new Map(), stale: 0, acceptedUnits: 0 };

  const context = (): CompletionContext => ({
    uri,
    version,
    languageId: 'typescript',
    before,
    after,
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

  /** Closers that are after the cursor and in the inserted text are not doubled. */
  const insert = ({ insertText, replacesBefore, replacesAfter }: Suggestion, units: number): void => {
    const text = insertText.slice(0, units);
    let from = 0;
    let replaced = 0;
    while (replaced < replacesAfter) {
      const at = text.indexOf(after.charAt(replaced), from);
      if (at < 0) break;
      from = at + 1;
      replaced++;
    }
    before = before.slice(0, before.length - replacesBefore) + text;
    open = open.slice(replaced);
    after = after.slice(replaced);
    tally.acceptedUnits += text.length;
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
      if (text === open.charAt(0) && text === after.charAt(0)) {
        open = open.slice(1);
        after = after.slice(1);
      } else if ((text === '(' || text === '[') && /^(?:$|[\s)\]};,])/.test(after)) {
        const closer = text === '(' ? ')' : ']';
        open = closer + open;
        after = closer + after;
      }
      before += text;
      ghost = follows && ghost ? trimmed(ghost, text.length) : undefined;
      change();
      request();
    },
    backspace(): void {
      tally.keystrokes++;
      before = before.slice(0, -1);
      ghost = undefined;
      change();
      request();
    },
    /** All of it, its first word, or its first line. */
    accept(how: 'all' | 'word' | 'line'): void {
      if (!ghost) return;
      const { id, suggestion } = ghost;
      const { insertText } = suggestion;
      const part = how === 'word' ? /^\s*(?:\w+|\W)/ : /^\s*[^\n]*/;
      insert(
        suggestion,
        how === 'all' ? insertText.length : (part.exec(insertText)?.[0].length ?? insertText.length),
      );
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
      before = line + before;
      ghost = undefined;
      change();
    },
    /** Moves the cursor this many units back, or forward if negative. */
    move(units: number): void {
      const at = Math.max(0, before.length - units);
      const text = before + after;
      before = text.slice(0, at);
      after = text.slice(at);
      ghost = undefined;
      pending?.abort();
    },
  };
}

/** Editors keep the shown text while the user types along it. */
const trimmed = (item: CompletionItem, units: number): CompletionItem => ({
  ...item,
  suggestion: { ...item.suggestion, insertText: item.suggestion.insertText.slice(units) },
});
