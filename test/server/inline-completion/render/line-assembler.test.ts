/** How the lines of a suggestion are assembled. `▮` is the cursor. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cursorContextOf } from '../../../../server/inline-completion/render/cursor-context.ts';
import { lineAssembler } from '../../../../server/inline-completion/render/line-assembler.ts';
import { contextAt } from './contexts.ts';

const assemblerAt = (document: string, ...[length, format]: ['line' | 'block', 'fill' | 'chat']) =>
  lineAssembler(cursorContextOf(contextAt('typescript', document)), length, format);

test('indents the lines of a chat model for the block at the cursor', () => {
  const assembler = assemblerAt('function f() {\n  ▮\n}', 'block', 'chat');
  for (const line of ['if (a) {', '  b();', '}']) assembler.addLine(line);
  assert.equal(assembler.currentText().text, 'if (a) {\n    b();\n  }');
});

test('closes what the suggestion opened when the output ends', () => {
  const assembler = assemblerAt('▮', 'block', 'fill');
  assembler.addLine('function f() {');
  assembler.addLine('  return 1;');
  assert.equal(assembler.isComplete, false);
  assert.equal(assembler.finalText().text, 'function f() {\n  return 1;\n}');
});

test('is complete at the end of the block, and keeps the lines after it', () => {
  const assembler = assemblerAt('▮', 'block', 'fill');
  for (const line of ['function f() {', '  return 1;', '}', '', 'g();']) assembler.addLine(line);
  assert.equal(assembler.isComplete, true);
  assert.equal(assembler.keepsRemainder, true);
  assembler.addLine('h();');
  assert.equal(assembler.remainder(), '\n\ng();\nh();');
  assert.equal(assembler.remainder('i('), '\n\ng();\nh();\ni(');
});

test('stops before a line that repeats the one below, and decides about a common one with the next line', () => {
  const repeated = assemblerAt('▮\nlast(1, 2);', 'block', 'fill');
  for (const line of ['first();', 'last(1, 2);']) repeated.addLine(line);
  assert.deepEqual([repeated.isComplete, repeated.finalText().text], [true, 'first();']);

  const undecided = assemblerAt('▮\nexpect(\n  one,\n);', 'block', 'fill');
  for (const line of ['first();', 'expect(', '  two,']) undecided.addLine(line);
  assert.equal(undecided.currentText().text, 'first();\nexpect(\n  two,');
});

test('the length `line` ends with the line', () => {
  const assembler = assemblerAt('const a = ▮', 'line', 'fill');
  assembler.addLine('1;');
  assert.deepEqual([assembler.isComplete, assembler.finalText().text], [true, '1;']);
});
