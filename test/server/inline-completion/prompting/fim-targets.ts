/** Gaps for tests, and streams of text. */
import type { FimTarget } from '../../../../server/inline-completion/prompting/fim-target.ts';

/** In a small function, with nothing beside it. */
export const fimTarget = (more: Partial<FimTarget> = {}): FimTarget => ({
  prefix: 'def add(a, b):\n    ',
  suffix: '\n\nadd(1, 2)\n',
  snippets: [],
  languageId: 'python',
  path: 'src/sums.py',
  maxTokens: 64,
  stop: [],
  length: 'block',
  ...more,
});

export const snippets = [
  { name: 'one.py', text: 'ONE = 1\n' },
  { name: 'two.py', text: 'TWO = 2' },
];

export async function* piecesOf(...pieces: readonly string[]): AsyncGenerator<string> {
  yield* pieces;
}

export const joined = async (text: AsyncIterable<string>): Promise<string> =>
  (await Array.fromAsync(text)).join('');
