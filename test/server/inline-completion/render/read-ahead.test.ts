/** A model's output after a suggestion is the next suggestion. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contextAfterAccept, toCompletion } from '../../../../server/inline-completion/completion.ts';
import type { CompletionContext } from '../../../../server/inline-completion/completion-context.ts';
import {
  type StreamRendererOptions,
  streamRenderer,
} from '../../../../server/inline-completion/render/stream-renderer.ts';
import { contextAt } from './contexts.ts';

const block: StreamRendererOptions = { length: 'block', format: 'fill' };

/** The document after each accept, until no output remains. */
function documentsAfterAccepts(context: CompletionContext, text: string, options = block): string[] {
  const renderer = streamRenderer(context, options);
  renderer.write(text);
  let rendered = renderer.end();
  let here = context;
  const documents: string[] = [];
  while (rendered.suggestion) {
    here = contextAfterAccept(here, toCompletion(here, rendered.suggestion));
    documents.push(`${here.before}▮${here.after}`);
    const next = streamRenderer(here, block);
    next.write(rendered.remainder);
    rendered = next.end();
  }
  return documents;
}

const twoFunctions = 'function a() {\n  return 1;\n}\n\nfunction b() {\n  return 2;\n}\n';

test('a second function is shown once the first is accepted', () => {
  assert.deepEqual(documentsAfterAccepts(contextAt('typescript', '▮'), twoFunctions), [
    'function a() {\n  return 1;\n}▮',
    'function a() {\n  return 1;\n}\n\nfunction b() {\n  return 2;\n}▮',
  ]);
});

test('output after the rest of a line is shown as a block', () => {
  const output = '1;\nif (a) {\n  b();\n}';
  assert.deepEqual(
    documentsAfterAccepts(contextAt('typescript', 'const a = ▮'), output, { ...block, length: 'line' }),
    ['const a = 1;▮', 'const a = 1;\nif (a) {\n  b();\n}▮'],
  );
});

test('the next suggestion also ends before the line below', () => {
  const output = 'a();\n\nb();\nc();\nlast(1, 2);\n';
  assert.deepEqual(documentsAfterAccepts(contextAt('javascript', '▮\nlast(1, 2);'), output), [
    'a();▮\nlast(1, 2);',
    'a();\n\nb();\nc();▮\nlast(1, 2);',
  ]);
});

test('the remainder has the indentation and the line ends of the document', () => {
  const context = contextAt('typescript', 'class A {\r\n  one() {}\r\n  ▮\r\n}\r\n');
  const output = 'two() {\n      return 2;\n  }\n\n  three() {\n      return 3;\n  }\n';
  assert.equal(
    documentsAfterAccepts(context, output).at(-1),
    'class A {\r\n  one() {}\r\n  two() {\r\n    return 2;\r\n  }\r\n\r\n  three() {\r\n    return 3;\r\n  }▮\r\n}\r\n',
  );
});

test('the remainder contains no prose, nothing after a fence, and nothing after the end of a surrounding block', () => {
  const remainderOf = (context: CompletionContext, text: string, format: StreamRendererOptions['format']) => {
    const renderer = streamRenderer(context, { ...block, format });
    renderer.write(text);
    return renderer.end().remainder;
  };
  assert.equal(
    remainderOf(contextAt('python', 'x = ▮'), '5\n\nThis sets x to five, as asked.\n', 'chat'),
    '',
  );
  assert.equal(remainderOf(contextAt('python', 'x = ▮'), '```python\n5\n```\nAnd more:\n', 'chat'), '');
  assert.equal(remainderOf(contextAt('c', 'int f() {\n  ▮\n}'), 'return 1;\n}\n\nint g() {}\n', 'fill'), '');
});

test('a suggestion is complete at the end of its block, and not before', () => {
  const renderer = streamRenderer(contextAt('typescript', '▮'), block);
  assert.equal(renderer.write('function a() {\n  return 1;\n'), false);
  assert.equal(renderer.suggestion()?.insertText, 'function a() {\n  return 1;');
  assert.equal(renderer.write('}\n'), false, 'an else might follow');
  assert.equal(renderer.write('\nfunction b() {\n'), true);
  assert.equal(renderer.suggestion()?.insertText, 'function a() {\n  return 1;\n}');
  renderer.write('  return 2;\n}\n');
  assert.equal(renderer.end().remainder, '\n\nfunction b() {\n  return 2;\n}');
});

test('further output continues the remainder, however it is cut into pieces', () => {
  const output = 'a();\n\n  b(\n    1,\n  );\n  c();\n}\n';
  for (let size = 1; size <= output.length; size++) {
    const renderer = streamRenderer(contextAt('typescript', 'f() {\n  ▮'), { ...block, length: 'line' });
    let to = size;
    while (!renderer.write(output.slice(to - size, to))) to += size;
    const { suggestion, remainder, continues } = renderer.end(true);
    assert.equal(continues, true);
    assert.equal(`${suggestion?.insertText}${remainder}${output.slice(to)}`, output, `pieces of ${size}`);
  }
});

test('further output is of no use with code after the cursor, or after a closed fence', () => {
  const continuesAfter = (
    context: CompletionContext,
    text: string,
    format: StreamRendererOptions['format'],
  ) => {
    const renderer = streamRenderer(context, { length: 'line', format });
    assert.equal(renderer.write(text), true);
    return renderer.end(true).continues;
  };
  assert.equal(continuesAfter(contextAt('typescript', 'f(▮, 2)'), '1\n', 'fill'), false);
  assert.equal(continuesAfter(contextAt('python', 'x = ▮'), '```python\n5\n```\n', 'chat'), false);
});

test('the length `line` is complete with the first line', () => {
  const renderer = streamRenderer(contextAt('typescript', 'const a = ▮'), { ...block, length: 'line' });
  assert.equal(renderer.write('compute'), false);
  assert.equal(renderer.suggestion(), undefined, 'an unfinished line is not shown');
  assert.equal(renderer.write('();\n'), true);
  assert.equal(renderer.suggestion()?.insertText, 'compute();');
});

test('an endless line is complete at some point', () => {
  const renderer = streamRenderer(contextAt('javascript', 'const a = ▮'), block);
  let isComplete = false;
  for (let count = 0; count < 1_000 && !isComplete; count++) isComplete = renderer.write(`x${count} + `);
  assert.equal(isComplete, true);
  assert.ok((renderer.end().suggestion?.insertText.length ?? 0) <= 600);
});

test('output after the end is ignored', () => {
  const renderer = streamRenderer(contextAt('javascript', 'const a = ▮'), block);
  renderer.write('1;');
  const { suggestion } = renderer.end();
  assert.equal(renderer.write('\nconst b = 2;'), true);
  assert.deepEqual(renderer.end().suggestion, suggestion);
  assert.deepEqual(renderer.suggestion(), suggestion);
});

test('an endless line is cut between characters', () => {
  for (const character of ['👩‍👧', '😀', 'e\u0301']) {
    for (const start of ['', 'x', 'xy', 'xyz', 'xyzw']) {
      const renderer = streamRenderer(contextAt('markdown', '▮'), block);
      renderer.write(start + character.repeat(700));
      const insert = renderer.end().suggestion?.insertText ?? '';
      assert.equal(insert.slice(start.length).replaceAll(character, ''), '', `${start}${character}`);
    }
  }
});
