import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  hasChanged,
  isProtectedPath,
  movedRange,
  offsetAt,
  proposedText,
} from '../../../client/edits/edit-range.ts';

const range = (startLine: number, startCharacter: number, endLine: number, endCharacter: number) => ({
  start: { line: startLine, character: startCharacter },
  end: { line: endLine, character: endCharacter },
});

test('a selection is replaced, an empty selection marks where to insert, and no selection means the whole file', () => {
  assert.equal(proposedText('one\ntwo\nthree', { text: '2', range: range(1, 0, 1, 3) }), 'one\n2\nthree');
  assert.equal(proposedText('one\ntwo', { text: 'X\n', range: range(1, 0, 1, 0) }), 'one\nX\ntwo');
  assert.equal(proposedText('one\ntwo', { text: 'new' }), 'new');
});

test('a change gets the line endings of the file', () => {
  assert.equal(proposedText('a\r\nb\r\n', { text: 'x\ny', range: range(1, 0, 1, 1) }), 'a\r\nx\r\ny\r\n');
  assert.equal(proposedText('a\nb\n', { text: 'x\r\ny', range: range(1, 0, 1, 1) }), 'a\nx\ny\n');
});

test('positions count UTF-16 units and are clamped', () => {
  assert.equal(offsetAt('😀a\nb', { line: 0, character: 2 }), 2);
  assert.equal(offsetAt('ab\ncd', { line: 0, character: 99 }), 2);
  assert.equal(offsetAt('ab\ncd', { line: 99, character: 0 }), 5);
  assert.equal(offsetAt('a\r\nb\rc', { line: 2, character: 1 }), 6);
  assert.equal(proposedText('abc', { text: 'X', range: range(0, 2, 0, 1) }), 'abXc');
});

test('an edited file has changed; a file with other line endings has not', () => {
  assert.equal(hasChanged('a\nb', 'a\nb'), false);
  assert.equal(hasChanged('a\nb', 'a\r\nb'), false);
  assert.equal(hasChanged('a\nb', 'a\nb '), true);
});

test('files that control the editor or git need a confirmation, at any depth and in any case', () => {
  for (const path of [
    '/w/.vscode/settings.json',
    '/w/a/.VSCode/tasks.json',
    '/w/.git/hooks/pre-commit',
    '/w/.git',
    '/w/x.code-workspace',
    '/w/.mcp.json',
    '/w/sub/.MCP.json',
  ])
    assert.equal(isProtectedPath('file', path), true, path);
  assert.equal(isProtectedPath('vscode-userdata', '/User/settings.json'), true);
  for (const path of ['/w/src/a.ts', '/w/.gitignore', '/w/.github/x.yml', '/w/vscode/a.json', '/w/mcp.json'])
    assert.equal(isProtectedPath('file', path), false, path);
});

test('a range is found again after edits before it, behind it and in it', () => {
  const before = 'one\ntwo\nthree\n';
  const two = range(1, 0, 1, 3);
  assert.deepEqual(movedRange(before, two, before), two);
  assert.deepEqual(movedRange(before, two, 'zero\none\ntwo\nthree\n'), range(2, 0, 2, 3));
  assert.deepEqual(movedRange(before, two, 'one\ntwo\nthree\nfour\n'), two);
  assert.deepEqual(movedRange(before, two, 'one\ntwwo\nthree\n'), range(1, 0, 1, 4));
  assert.deepEqual(movedRange(before, two, 'three\n'), range(0, 0, 0, 0));
  assert.deepEqual(movedRange('ab', range(0, 1, 0, 1), 'xab'), range(0, 2, 0, 2));
});
