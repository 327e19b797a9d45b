/** Detects which completion items the user accepts, reported by the editor or seen in the text, and how much of each remains later. */
import type { ModelId } from '../../shared/chat.ts';
import type { Clock } from './clock.ts';
import type { CompletionContext } from './completion-context.ts';
import type { CompletionItem } from './completion-item.ts';
import type { DocumentStore } from './documents.ts';

export type AcceptanceDeps = {
  readonly documents: Pick<DocumentStore, 'get'>;
  readonly clock: Clock;
  /** Called the first time that the user accepts any part of an item. */
  readonly onAccepted: (item: CompletionItem) => void;
  /** Called `retentionDelayMs` later. @param characters UTF-16 units of the item that are still in the document */
  readonly onRetained: (model: ModelId, characters: number) => void;
};

type TrackedItem = {
  readonly item: CompletionItem;
  readonly uri: string;
  readonly version: number;
  /** Where its text begins in the document. */
  readonly start: number;
  /** The document after accepting the item. Absent: a later version exists, and so many texts would waste memory. */
  textAfterAccept?: () => string;
  isAccepted: boolean;
};

/** Milliseconds from an accept until its text is looked for in the document again. */
export const retentionDelayMs = 30_000;
/** Items that the user may still accept. */
const maxTracked = 64;

export function acceptanceTracker({ documents, clock, onAccepted, onRetained }: AcceptanceDeps) {
  const tracked = new Map<string, TrackedItem>();
  const retentionChecks = new Set<() => void>();

  const accept = ({ item, uri, version, start, isAccepted }: TrackedItem): void => {
    if (isAccepted) return;
    // Of the items for one document version the user can accept only one.
    for (const each of tracked.values())
      if (each.uri === uri && each.version === version) each.isAccepted = true;
    onAccepted(item);
    const cancelCheck = clock.after(retentionDelayMs, () => {
      retentionChecks.delete(cancelCheck);
      const document = documents.get(uri);
      onRetained(item.model, document ? retainedUnits(document.text, start, item.suggestion.insertText) : 0);
    });
    retentionChecks.add(cancelCheck);
  };

  return {
    /** Tracks the items that the editor is given. */
    track(context: CompletionContext, items: readonly CompletionItem[]): void {
      const { uri, version, before } = context;
      for (const item of items) {
        const start = before.length - item.suggestion.replacesBefore;
        const textAfterAccept = () => acceptedText(context, item);
        tracked.set(item.id, { item, uri, version, start, textAfterAccept, isAccepted: false });
      }
      for (const id of [...tracked.keys()].slice(0, -maxTracked)) tracked.delete(id);
    },
    /** The editor reports that the user accepted the item, all of it or a part. */
    accepted(id: string): void {
      const each = tracked.get(id);
      if (each) accept(each);
    },
    /** The document has changed: an editor that reports nothing may have inserted an item. */
    documentChanged(uri: string): void {
      const document = documents.get(uri);
      if (!document) return;
      for (const each of tracked.values()) {
        if (each.uri !== uri || each.version >= document.version) continue;
        const isNext = !each.isAccepted && each.version + 1 === document.version;
        // The user may as well have typed a single letter.
        const isLong = each.item.suggestion.insertText.length > 1;
        if (isNext && isLong && document.text === each.textAfterAccept?.()) accept(each);
        delete each.textAfterAccept;
      }
    },
    /** Forgets all items and cancels pending retention checks. */
    stop(): void {
      for (const cancelCheck of retentionChecks) cancelCheck();
      retentionChecks.clear();
      tracked.clear();
    },
  };
}

const acceptedText = ({ before, after }: CompletionContext, { suggestion }: CompletionItem): string =>
  before.slice(0, before.length - suggestion.replacesBefore) +
  suggestion.insertText +
  after.slice(suggestion.replacesAfter);

/** How far an accepted text may have moved in the document, in UTF-16 units. */
const maxShift = 4_000;

/** UTF-16 units of the inserted lines that are still near their position, in their order. @param start where the text was inserted */
export function retainedUnits(text: string, start: number, insert: string): number {
  const near = text.slice(Math.max(0, start - maxShift), start + insert.length + maxShift);
  let from = 0;
  let units = 0;
  for (const line of insert.split(/\r\n|\r|\n/).map((each) => each.trim())) {
    const at = line === '' ? -1 : near.indexOf(line, from);
    if (at < 0) continue;
    from = at + line.length;
    units += line.length;
  }
  return units;
}
