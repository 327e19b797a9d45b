/** What becomes of offers: taken as told or as the text shows, and how much of it still stands a while later. */
import type { ModelId } from '../../shared/chat.ts';
import type { Clock } from './clock.ts';
import type { CompletionContext } from './completion-context.ts';
import type { CompletionItem } from './completion-item.ts';
import type { DocumentStore } from './documents.ts';

export type AcceptanceDeps = {
  readonly documents: Pick<DocumentStore, 'get'>;
  readonly clock: Clock;
  /** The first time that anything of an offer is taken. */
  readonly onAccepted: (offer: CompletionItem) => void;
  /** A while later. @param characters UTF-16 units of it that still stand */
  readonly onRetained: (model: ModelId, characters: number) => void;
};

type TrackedItem = {
  readonly offer: CompletionItem;
  readonly uri: string;
  readonly version: number;
  /** Where its text begins in the document. */
  readonly start: number;
  /** The document once it is accepted. Absent: the document has moved on, and so many texts are not worth keeping. */
  text?: () => string;
  taken: boolean;
};

/** Milliseconds after which what was taken is looked at again. */
export const retentionDelayMs = 30_000;
/** Offers that may still be taken. */
const maxTracked = 64;

export function acceptanceTracker({ documents, clock, onAccepted, onRetained }: AcceptanceDeps) {
  const open = new Map<string, TrackedItem>();
  const looks = new Set<() => void>();

  const take = ({ offer, uri, version, start, taken }: TrackedItem): void => {
    if (taken) return;
    // Where one was put in there is no place for another.
    for (const each of open.values()) if (each.uri === uri && each.version === version) each.taken = true;
    onAccepted(offer);
    const callOff = clock.after(retentionDelayMs, () => {
      looks.delete(callOff);
      const document = documents.get(uri);
      onRetained(
        offer.model,
        document ? retainedUnits(document.text, start, offer.suggestion.insertText) : 0,
      );
    });
    looks.add(callOff);
  };

  return {
    offered(context: CompletionContext, offers: readonly CompletionItem[]): void {
      const { uri, version, before } = context;
      for (const offer of offers) {
        const start = before.length - offer.suggestion.replacesBefore;
        const text = () => textAfterAccept(context, offer);
        open.set(offer.id, { offer, uri, version, start, text, taken: false });
      }
      for (const id of [...open.keys()].slice(0, -maxTracked)) open.delete(id);
    },
    /** The editor says that it was taken, whole or in part. */
    taken(id: string): void {
      const each = open.get(id);
      if (each) take(each);
    },
    /** The document has changed: an editor that says nothing may have put an offer in. */
    changed(uri: string): void {
      const document = documents.get(uri);
      if (!document) return;
      for (const each of open.values()) {
        if (each.uri !== uri || each.version >= document.version) continue;
        const isNext = !each.taken && each.version + 1 === document.version;
        // One letter may as well have been typed.
        if (isNext && each.offer.suggestion.insertText.length > 1 && document.text === each.text?.())
          take(each);
        delete each.text;
      }
    },
    /** Nothing is looked at any more. */
    stop(): void {
      for (const callOff of looks) callOff();
      looks.clear();
      open.clear();
    },
  };
}

const textAfterAccept = ({ before, after }: CompletionContext, { suggestion }: CompletionItem): string =>
  before.slice(0, before.length - suggestion.replacesBefore) +
  suggestion.insertText +
  after.slice(suggestion.replacesAfter);

/** How far from its place, in UTF-16 units, what was taken may have moved. */
const maxShift = 4_000;

/** UTF-16 units of the lines that still stand near their place, in their order. @param start where they were put */
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
