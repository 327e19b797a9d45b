/** The items that the editor was given: the current one of each document, and those the user may still accept or reject. */
import type { CompletionContext } from './completion-context.ts';
import type { CompletionItem } from './completion-item.ts';
import {
  type CurrentCompletion,
  type FoundSuggestion,
  isAccepted,
  isTypedAlong,
  type ShownSuggestion,
} from './current-completion.ts';

/** Items that the user may still accept or reject. */
const maxItems = 64;

export type ShownItems = {
  /** The last suggestion of a document. */
  current(uri: string): CurrentCompletion | undefined;
  /** The user has just accepted the current suggestion. */
  followsAccept(context: CompletionContext): boolean;
  /** The user has rejected a suggestion and still types along it; forgets the rejection once this is no longer so. */
  isRejected(context: CompletionContext): boolean;
  /** Makes items of the suggestions; earlier items of the document are outdated. */
  show(current: CurrentCompletion, suggestions: readonly FoundSuggestion[]): CompletionItem[];
  /** @returns whether the item exists and is reported for the first time */
  accept(id: string): boolean;
  /** @returns the rejected suggestion if it is the current one; `outdated`: a newer one exists; `undefined`: no such item */
  reject(id: string): ShownSuggestion | 'outdated' | undefined;
  forgetRejection(uri: string): void;
  /** Forgets the document. */
  forget(uri: string): void;
  clear(): void;
};

export function shownItems(): ShownItems {
  const currents = new Map<string, CurrentCompletion>();
  const rejected = new Map<string, ShownSuggestion>();
  /** By id. Whole texts are stored of the newest items of a document only. */
  const items = new Map<string, ShownSuggestion | 'outdated'>();
  let count = 0;

  const outdate = (uri: string): void => {
    for (const [id, item] of items)
      if (item !== 'outdated' && item.context.uri === uri) items.set(id, 'outdated');
  };

  return {
    current: (uri) => currents.get(uri),
    followsAccept: (context) => isAccepted(currents.get(context.uri), context),
    isRejected(context) {
      const last = rejected.get(context.uri);
      if (!last?.source.completion) return false;
      if (isTypedAlong(last, context)) return true;
      rejected.delete(context.uri);
      return false;
    },
    show(current, suggestions) {
      const { context } = current;
      currents.set(context.uri, current);
      outdate(context.uri);
      return suggestions.map(({ suggestion, source, resultType }) => {
        const id = `${++count}`;
        items.set(id, { context, source });
        for (const old of items.keys()) if (items.size > maxItems) items.delete(old);
        return { id, suggestion, model: source.model, resultType };
      });
    },
    accept: (id) => items.delete(id),
    reject(id) {
      const item = items.get(id);
      items.delete(id);
      if (item === undefined || item === 'outdated') return item;
      rejected.set(item.context.uri, item);
      currents.delete(item.context.uri);
      return item;
    },
    forgetRejection: (uri) => void rejected.delete(uri),
    forget(uri) {
      currents.delete(uri);
      rejected.delete(uri);
      outdate(uri);
    },
    clear() {
      currents.clear();
      rejected.clear();
      items.clear();
    },
  };
}
