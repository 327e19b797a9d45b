/** Whether the line that is being typed has been asked about: asking once more says that its answer was of no use. */
import type { CompletionContext } from './completion-context.ts';

export type AskedLines = {
  /** Whether no other line of the document was asked about since this one was. */
  has(situation: CompletionContext): boolean;
  add(situation: CompletionContext): void;
  forget(uri: string): void;
};

export function askedLines(): AskedLines {
  const last = new Map<string, number>();
  return {
    has: (situation) => last.get(situation.uri) === lineOf(situation),
    add: (situation) => void last.set(situation.uri, lineOf(situation)),
    forget: (uri) => void last.delete(uri),
  };
}

/** Where the line of the cursor begins. */
const lineOf = ({ before }: CompletionContext): number => before.lastIndexOf('\n') + 1;
