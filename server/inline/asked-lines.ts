/** How often the line that is being typed has been asked about: each question after the first says that its answer was of no use. */
import type { Situation } from './situation.ts';

export type AskedLines = {
  /** Questions about the line of this place since another line of the document was asked about. */
  asked(situation: Situation): number;
  ask(situation: Situation): void;
  forget(uri: string): void;
};

export function askedLines(): AskedLines {
  const last = new Map<string, { readonly line: number; readonly count: number }>();
  const asked = (situation: Situation): number => {
    const { line, count } = last.get(situation.uri) ?? { line: -1, count: 0 };
    return line === lineOf(situation) ? count : 0;
  };
  return {
    asked,
    ask(situation) {
      last.set(situation.uri, { line: lineOf(situation), count: asked(situation) + 1 });
    },
    forget: (uri) => void last.delete(uri),
  };
}

/** Where the line of the cursor begins. */
const lineOf = ({ before }: Situation): number => before.lastIndexOf('\n') + 1;
