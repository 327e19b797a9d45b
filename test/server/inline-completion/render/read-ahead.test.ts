/** What a model said past a suggestion is the next one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contextAfterAccept, toCompletion } from '../../../../server/inline-completion/completion.ts';
import type { CompletionContext } from '../../../../server/inline-completion/completion-context.ts';
import {
  type StreamRendererOptions,
  streamRenderer,
} from '../../../../server/inline-completion/render/stream-renderer.ts';

function at(languageId: string, document: string): CompletionContext {
  const [before = '', after = ''] = document.split('▮');
  const indentation = { tabs: false, size: 2 };
  return { uri: 'file:///a', version: 1, languageId, before, after, indentation, trigger: 'automatic' };
}

const block: StreamRendererOptions = { length: 'block', format: 'fill' };

/** The document after each of the accepts, until nothing is left. */
function accepts(context: CompletionContext, text: string, options = block): string[] {
  const reading = streamRenderer(context, options);
  reading.write(text);
  let shown = reading.end();
  let here = context;
  const documents: string[] = [];
  while (shown.suggestion) {
    here = contextAfterAccept(here, toCompletion(here, shown.suggestion));
    documents.push(`${here.before}▮${here.after}`);
    const next = streamRenderer(here, block);
    next.write(shown.remainder);
    shown = next.end();
  }
  return documents;
}

const two = 'function a() {\n  return 1;\n}\n\nfunction b() {\n  return 2;\n}\n';

test('a second function is shown once the first is accepted', () => {
  assert.deepEqual(accepts(at('typescript', '▮'), two), [
    'function a() {\n  return 1;\n}▮',
    'function a() {\n  return 1;\n}\n\nfunction b() {\n  return 2;\n}▮',
  ]);
});

test('what follows the rest of a line is shown as a block', () => {
  const said = '1;\nif (a) {\n  b();\n}';
  assert.deepEqual(accepts(at('typescript', 'const a = ▮'), said, { ...block, length: 'line' }), [
    'const a = 1;▮',
    'const a = 1;\nif (a) {\n  b();\n}▮',
  ]);
});

test('the next suggestion stops at what stands below too', () => {
  const said = 'a();\n\nb();\nc();\nlast(1, 2);\n';
  assert.deepEqual(accepts(at('javascript', '▮\nlast(1, 2);'), said), [
    'a();▮\nlast(1, 2);',
    'a();\n\nb();\nc();▮\nlast(1, 2);',
  ]);
});

test('the rest has the indentation and the line ends of the document', () => {
  const context = at('typescript', 'class A {\r\n  one() {}\r\n  ▮\r\n}\r\n');
  const said = 'two() {\n      return 2;\n  }\n\n  three() {\n      return 3;\n  }\n';
  assert.equal(
    accepts(context, said).at(-1),
    'class A {\r\n  one() {}\r\n  two() {\r\n    return 2;\r\n  }\r\n\r\n  three() {\r\n    return 3;\r\n  }▮\r\n}\r\n',
  );
});

test('nothing is kept of prose, of what ends a surrounding block, and past the end of a fence', () => {
  const rest = (context: CompletionContext, text: string, format: StreamRendererOptions['format']) => {
    const reading = streamRenderer(context, { ...block, format });
    reading.write(text);
    return reading.end().remainder;
  };
  assert.equal(rest(at('python', 'x = ▮'), '5\n\nThis sets x to five, as asked.\n', 'chat'), '');
  assert.equal(rest(at('python', 'x = ▮'), '```python\n5\n```\nAnd more:\n', 'chat'), '');
  assert.equal(rest(at('c', 'int f() {\n  ▮\n}'), 'return 1;\n}\n\nint g() {}\n', 'fill'), '');
});

test('a stream has said enough once its block is over, and not before', () => {
  const reading = streamRenderer(at('typescript', '▮'), block);
  assert.equal(reading.write('function a() {\n  return 1;\n'), false);
  assert.equal(reading.suggestion()?.insertText, 'function a() {\n  return 1;');
  assert.equal(reading.write('}\n'), false, 'an else might follow');
  assert.equal(reading.write('\nfunction b() {\n'), true);
  assert.equal(reading.suggestion()?.insertText, 'function a() {\n  return 1;\n}');
  reading.write('  return 2;\n}\n');
  assert.equal(reading.end().remainder, '\n\nfunction b() {\n  return 2;\n}');
});

test('what is still being said goes on where the rest ends, wherever it was cut into pieces', () => {
  const said = 'a();\n\n  b(\n    1,\n  );\n  c();\n}\n';
  for (let size = 1; size <= said.length; size++) {
    const reading = streamRenderer(at('typescript', 'f() {\n  ▮'), { ...block, length: 'line' });
    let to = size;
    while (!reading.write(said.slice(to - size, to))) to += size;
    const { suggestion, remainder, continues } = reading.end(true);
    assert.equal(continues, true);
    assert.equal(`${suggestion?.insertText}${remainder}${said.slice(to)}`, said, `pieces of ${size}`);
  }
});

test('what is still being said is of no use after the suggestion when code stands behind the cursor, or a fence has closed', () => {
  const goesOn = (context: CompletionContext, text: string, format: StreamRendererOptions['format']) => {
    const reading = streamRenderer(context, { length: 'line', format });
    assert.equal(reading.write(text), true);
    return reading.end(true).continues;
  };
  assert.equal(goesOn(at('typescript', 'f(▮, 2)'), '1\n', 'fill'), false);
  assert.equal(goesOn(at('python', 'x = ▮'), '```python\n5\n```\n', 'chat'), false);
});

test('a line is enough when a line is wanted', () => {
  const reading = streamRenderer(at('typescript', 'const a = ▮'), { ...block, length: 'line' });
  assert.equal(reading.write('compute'), false);
  assert.equal(reading.suggestion(), undefined, 'half a line is not shown');
  assert.equal(reading.write('();\n'), true);
  assert.equal(reading.suggestion()?.insertText, 'compute();');
});

test('an endless line is enough at some point', () => {
  const reading = streamRenderer(at('javascript', 'const a = ▮'), block);
  let enough = false;
  for (let count = 0; count < 1_000 && !enough; count++) enough = reading.write(`x${count} + `);
  assert.equal(enough, true);
  assert.ok((reading.end().suggestion?.insertText.length ?? 0) <= 600);
});

test('what comes after the end is not listened to', () => {
  const reading = streamRenderer(at('javascript', 'const a = ▮'), block);
  reading.write('1;');
  const { suggestion } = reading.end();
  assert.equal(reading.write('\nconst b = 2;'), true);
  assert.deepEqual(reading.end().suggestion, suggestion);
  assert.deepEqual(reading.suggestion(), suggestion);
});

test('an endless line is cut between characters', () => {
  for (const character of ['👩‍👧', '😀', 'e\u0301']) {
    for (const start of ['', 'x', 'xy', 'xyz', 'xyzw']) {
      const reading = streamRenderer(at('markdown', '▮'), block);
      reading.write(start + character.repeat(700));
      const insert = reading.end().suggestion?.insertText ?? '';
      assert.equal(insert.slice(start.length).replaceAll(character, ''), '', `${start}${character}`);
    }
  }
});
