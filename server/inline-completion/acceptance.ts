/** What becomes of offers: taken as told or as the text shows, and how much of it still stands a while later. */
import type { ModelId } from '../../shared/chat.ts';
import type { Clock } from './clock.ts';
import type { CompletionContext } from './completion-context.ts';
import type { CompletionItem } from './completion-item.ts';
import type { Documents } from './documents.ts';

export type OutcomesParts = {
  readonly documents: Pick<Documents, 'get'>;
  readonly clock: Clock;
  /** The first time that anything of an offer is taken. */
  readonly accepted: (offer: CompletionItem) => void;
  /** A while later. @param characters UTF-16 units of it that still stand */
  readonly kept: (model: ModelId, characters: number) => void;
};

type Open = {
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
export const keptAfterMs = 30_000;
/** Offers that may still be taken. */
const mostOpen = 64;

export function outcomes({ documents, clock, accepted, kept }: OutcomesParts) {
  const open = new Map<string, Open>();
  const looks = new Set<() => void>();

  const take = ({ offer, uri, version, start, taken }: Open): void => {
    if (taken) return;
    // Where one was put in there is no place for another.
    for (const each of open.values()) if (each.uri === uri && each.version === version) each.taken = true;
    accepted(offer);
    const callOff = clock.after(keptAfterMs, () => {
      looks.delete(callOff);
      const document = documents.get(uri);
      kept(offer.model, document ? standing(document.text, start, offer.suggestion.insert) : 0);
    });
    looks.add(callOff);
  };

  return {
    offered(situation: CompletionContext, offers: readonly CompletionItem[]): void {
      const { uri, version, before } = situation;
      for (const offer of offers) {
        const start = before.length - offer.suggestion.replacesBefore;
        const text = () => accepting(situation, offer);
        open.set(offer.id, { offer, uri, version, start, text, taken: false });
      }
      for (const id of [...open.keys()].slice(0, -mostOpen)) open.delete(id);
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
        if (isNext && each.offer.suggestion.insert.length > 1 && document.text === each.text?.()) take(each);
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

const accepting = ({ before, after }: CompletionContext, { suggestion }: CompletionItem): string =>
  before.slice(0, before.length - suggestion.replacesBefore) +
  suggestion.insert +
  after.slice(suggestion.replacesAfter);

/** How far from its place, in UTF-16 units, what was taken may have moved. */
const mostMoved = 4_000;

/** UTF-16 units of the lines that still stand near their place, in their order. @param start where they were put */
export function standing(text: string, start: number, insert: string): number {
  const near = text.slice(Math.max(0, start - mostMoved), start + insert.length + mostMoved);
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
