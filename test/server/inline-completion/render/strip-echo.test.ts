/** How repetitions of the text before the cursor are removed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cursorContextOf } from '../../../../server/inline-completion/render/cursor-context.ts';
import { echoStripper } from '../../../../server/inline-completion/render/strip-echo.ts';
import { contextAt } from './contexts.ts';
import { passLines } from './pass-lines.ts';

const cursorAfter = (before: string) => cursorContextOf(contextAt('typescript', before));

test('removes the lines above the cursor and the beginning of its line', () => {
  const stage = echoStripper(cursorAfter('const total = 1;\nreturn tot'), true);
  const { lines } = passLines(stage, ['const total = 1;', 'return total;']);
  assert.deepEqual(lines, ['al;']);
});

test('passes new lines at once', () => {
  const stage = echoStripper(cursorAfter('const total = 1;\n'), false);
  assert.deepEqual(stage.transform('compute(total);').lines, ['compute(total);']);
});

test('drops output that only copies the document', () => {
  const above = ['alpha();', 'beta();', 'gamma();', 'delta();', 'epsilon();'];
  const stage = echoStripper(cursorAfter(`${above.join('\n')}\nreturn `), true);
  assert.deepEqual(passLines(stage, above.slice(0, 3)), { lines: [], isLast: true });
});
