/** Fill-in-the-middle targets and streams of text for tests. */
import type { FimTarget } from '../../../../server/inline-completion/prompting/fim-target.ts';

/** In a small function, without snippets. */
export const fimTarget = (overrides: Partial<FimTarget> = {}): FimTarget => ({
  prefix: 'def add(a, b):\n    ',
  suffix: '\n\nadd(1, 2)\n',
  snippets: [],
  languageId: 'python',
  path: 'src/sums.py',
  maxTokens: 64,
  stop: [],
  length: 'block',
  ...overrides,
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
