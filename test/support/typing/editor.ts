/** An editor as a completion server sees one: it asks after each keystroke, cancels what it asked before, and keeps time. */

import type { CompletionContext, Suggestion } from '../../../server/inline-completion/completion-context.ts';
import type { CompletionItem } from '../../../server/inline-completion/completion-item.ts';
import type { TypistClock } from './virtual-clock.ts';

/** What gives ghost text: the suggester, or one to compare it with. */
export type GhostTextClient = {
  suggest(context: CompletionContext, signal: AbortSignal): Promise<readonly CompletionItem[]>;
  accepted(id: string): void;
  rejected(id: string): void;
  changed(uri: string, version: number): void;
};

export type EditorTally = {
  keystrokes: number;
  /** Offers that came. */
  offers: number;
  /** Of them, by how they came. */
  readonly resultTypes: Map<string, number>;
  /** Offers for a document or a cursor that had moved on. */
  stale: number;
  acceptedUnits: number;
};

export type Editor = ReturnType<typeof editor>;

const uri = 'file:///typed.ts';

export function editor(
  client: GhostTextClient,
  clock: TypistClock,
  start: { before: string; after: string },
) {
  let { before, after } = start;
  let version = 1;
  /** Closers after the cursor that the editor has put in. */
  let open = '';
  let ghost: CompletionItem | undefined;
  let asking: AbortController | undefined;
  let watcher: (() => void) | undefined;
  const tally: EditorTally = { keystrokes: 0, offers: 0, resultTypes: new Map(), stale: 0, acceptedUnits: 0 };

  const context = (): CompletionContext => ({
    uri,
    version,
    languageId: 'typescript',
    before,
    after,
    indentation: { tabs: false, size: 2 },
    trigger: 'automatic',
  });

  const ask = (): void => {
    const now = context();
    const controller = new AbortController();
    asking = controller;
    client.suggest(now, controller.signal).then(
      (offers) => {
        if (controller.signal.aborted) return;
        ghost = offers[0];
        if (!ghost) return;
        tally.offers++;
        tally.resultTypes.set(ghost.resultType, (tally.resultTypes.get(ghost.resultType) ?? 0) + 1);
        if (now.version !== version || now.before !== before || now.after !== after) tally.stale++;
        watcher?.();
      },
      (error: unknown) => {
        throw error;
      },
    );
  };

  const change = (): void => {
    version++;
    asking?.abort();
    client.changed(uri, version);
  };

  /** Closers that stand behind the cursor and come in what is put in are not doubled. */
  const put = ({ insertText, replacesBefore, replacesAfter }: Suggestion, units: number): void => {
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
    /** Resolves when ghost text is there; `false`: not in time. */
    async seen(withinMs: number): Promise<boolean> {
      if (ghost) return true;
      await new Promise<void>((resolve) => {
        const callOff = clock.after(withinMs, resolve);
        watcher = () => {
          callOff();
          resolve();
        };
      });
      watcher = undefined;
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
      ask();
    },
    backspace(): void {
      tally.keystrokes++;
      before = before.slice(0, -1);
      ghost = undefined;
      change();
      ask();
    },
    /** The whole of it, its first word, or its first line. */
    accept(how: 'all' | 'word' | 'line'): void {
      if (!ghost) return;
      const { id, suggestion } = ghost;
      const { insertText } = suggestion;
      const part = how === 'word' ? /^\s*(?:\w+|\W)/ : /^\s*[^\n]*/;
      put(
        suggestion,
        how === 'all' ? insertText.length : (part.exec(insertText)?.[0].length ?? insertText.length),
      );
      ghost = undefined;
      client.accepted(id);
      change();
      ask();
    },
    escape(): void {
      if (ghost) client.rejected(ghost.id);
      ghost = undefined;
    },
    /** Another one writes a line at the top. Editors do not ask by themselves then. */
    elsewhere(line: string): void {
      before = line + before;
      ghost = undefined;
      change();
    },
    /** The cursor goes so many units back, or forth where negative. */
    move(units: number): void {
      const at = Math.max(0, before.length - units);
      const text = before + after;
      before = text.slice(0, at);
      after = text.slice(at);
      ghost = undefined;
      asking?.abort();
    },
  };
}

/** Editors keep what is shown while the text follows it. */
const trimmed = (offer: CompletionItem, units: number): CompletionItem => ({
  ...offer,
  suggestion: { ...offer.suggestion, insertText: offer.suggestion.insertText.slice(units) },
});
