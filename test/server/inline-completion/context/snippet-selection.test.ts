/** How snippets are ranked and selected. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  fuseRankings,
  type SnippetCandidate,
  selectSnippets,
  snippetKey,
  snippetTokens,
} from '../../../../server/inline-completion/context/snippet-selection.ts';

const candidate = (name: string, line = 0, text = `${name} has text`): SnippetCandidate => ({
  uri: `file:///${name}`,
  name,
  line,
  text,
  source: 'passage',
});
const [a, b, c] = [candidate('a.ts'), candidate('b.ts'), candidate('c.ts')] as const;
const namesOf = (snippets: readonly { name: string }[]) => snippets.map(({ name }) => name);

test('two rankings count more than the first rank in one', () => {
  const scores = fuseRankings([
    [a, b],
    [c, b],
  ]);
  assert.ok((scores.get(snippetKey(b)) ?? 0) > (scores.get(snippetKey(a)) ?? 0));
});

test('selects the best candidates that fit, in order of path', () => {
  const scores = fuseRankings([[c, a, b]]);
  const budget = snippetTokens(a) + snippetTokens(c);
  assert.deepEqual(namesOf(selectSnippets([a, b, c], scores, [], budget)), ['a.ts', 'c.ts']);
});

test('previous snippets keep their position, and new ones follow', () => {
  const previous = selectSnippets([c], fuseRankings([[c]]), [], 1_000);
  const selected = selectSnippets([a, b, c], fuseRankings([[a, b, c]]), previous, 1_000);
  assert.deepEqual(namesOf(selected), ['c.ts', 'a.ts', 'b.ts']);
});

test('selects equal texts and overlapping passages once', () => {
  const copy = candidate('copy.ts', 0, a.text);
  const overlapping = candidate('b.ts', 1, 'other\ntext');
  const whole = candidate('b.ts', 0, 'some\nother\ntext');
  const scores = fuseRankings([[a, copy, whole, overlapping]]);
  const selected = selectSnippets([a, copy, whole, overlapping], scores, [], 1_000);
  assert.deepEqual(namesOf(selected), ['a.ts', 'b.ts']);
});
