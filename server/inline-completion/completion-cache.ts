/**
 * Answers already given, found by all that decided them: file, model, the document before the cursor to the unit, and the
 * document after it. In memory only: they hold the user's text. An answer serves each place along its own text, so typing
 * along one never misses.
 */
import { createHash } from 'node:crypto';
import type { ModelId } from '../../shared/chat.ts';
import { type Answer, follow, stemOf, whenAccepted } from './completion.ts';
import type { CompletionContext, Suggestion } from './completion-context.ts';
import { type PrefixTree, prefixTree } from './prefix-tree.ts';

export type AnswerLimits = { readonly entries: number /** Of text kept. */; readonly bytes: number };

/** How an answer came to be known: asked for here, left over from a longer one, or asked for ahead. */
export type Origin = 'model' | 'streak' | 'speculated';

export type KnownAnswer = Answer & {
  /** Who wrote it; with hedging not always who was asked. */
  readonly model: ModelId;
  readonly origin: Origin;
  /** Digest of the end of the document that it keeps. */
  readonly kept: string;
};

export type Found = { readonly answer: KnownAnswer; readonly suggestion: Suggestion };

export type Answers = {
  /** What is known for this place, the model that saw most of it first, and of those the newest. */
  find(situation: CompletionContext, asked: ModelId): readonly Found[];
  /** @param asked who was chosen for the question */
  add(
    situation: CompletionContext,
    asked: ModelId,
    answer: Answer,
    from: { model: ModelId; origin: Origin },
  ): KnownAnswer;
  /** Forgets a file. */
  forget(uri: string): void;
  clear(): void;
  readonly entries: number;
  readonly bytes: number;
};

type Use = {
  readonly takeOut: () => void;
  /** Rises with each use. */
  readonly turn: number;
};

/** @param limits asked at every addition, so that a new setting holds at once */
export function answers(limits: () => AnswerLimits): Answers {
  /** By file, then by the model asked. */
  const files = new Map<string, Map<ModelId, PrefixTree<KnownAnswer>>>();
  /** Everything, least lately used first. */
  const uses = new Map<KnownAnswer, Use>();
  let turn = 0;

  const bytes = (): number => {
    let sum = 0;
    for (const models of files.values()) for (const tree of models.values()) sum += tree.bytes;
    return sum;
  };
  const treeOf = (uri: string, model: ModelId): PrefixTree<KnownAnswer> => {
    const models = files.get(uri) ?? new Map<ModelId, PrefixTree<KnownAnswer>>();
    const tree = models.get(model) ?? prefixTree<KnownAnswer>();
    files.set(uri, models.set(model, tree));
    return tree;
  };
  const used = (answer: KnownAnswer): void => {
    const use = uses.get(answer);
    if (!use || !uses.delete(answer)) return;
    uses.set(answer, { ...use, turn: ++turn });
  };
  const shrink = (): void => {
    const { entries, bytes: most } = limits();
    for (const [answer, { takeOut }] of uses) {
      if (uses.size <= entries && bytes() <= most) return;
      uses.delete(answer);
      takeOut();
    }
  };

  return {
    find(situation, asked) {
      const below = files.get(situation.uri)?.get(asked)?.below(stemOf(situation)) ?? [];
      const digests = new Map<number, string>();
      const found: Found[] = [];
      for (const answer of below) {
        const suggestion = follow(answer, situation, (end) => {
          const known = digests.get(end.length) ?? digest(end);
          digests.set(end.length, known);
          return known === answer.kept;
        });
        if (suggestion && suggestion !== 'more') found.push({ answer, suggestion });
      }
      const lately = ({ answer }: Found): number => uses.get(answer)?.turn ?? 0;
      found.sort((a, b) => b.answer.from - a.answer.from || lately(b) - lately(a));
      if (found[0]) used(found[0].answer);
      return found;
    },
    add(situation, asked, answer, { model, origin }) {
      const { before: text, after } = whenAccepted(situation, answer);
      const kept = digest(after);
      const known: KnownAnswer = { ...answer, model, origin, kept };
      const tree = treeOf(situation.uri, asked);
      const same = tree.below(text).find((other) => isSame(other, known));
      if (same) {
        used(same);
        return same;
      }
      uses.set(known, { takeOut: tree.add(text, known), turn: ++turn });
      shrink();
      return known;
    },
    forget(uri) {
      const gone = new Set([...(files.get(uri)?.values() ?? [])].flatMap((tree) => tree.below('')));
      for (const answer of gone) uses.delete(answer);
      files.delete(uri);
    },
    clear() {
      files.clear();
      uses.clear();
    },
    get entries() {
      return uses.size;
    },
    get bytes() {
      return bytes();
    },
  };
}

const isSame = (one: KnownAnswer, other: KnownAnswer): boolean =>
  one.start === other.start &&
  one.from === other.from &&
  one.insert === other.insert &&
  one.kept === other.kept;

/** A file's end in a few bytes. */
const digest = (text: string): string => createHash('sha1').update(text).digest('base64');
