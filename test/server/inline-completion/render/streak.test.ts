/** What a model said past a suggestion is the next one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contextAfterAccept, toCompletion } from '../../../../server/inline-completion/completion.ts';
import type { CompletionContext } from '../../../../server/inline-completion/completion-context.ts';
import { type ShowingOptions, showing } from '../../../../server/inline-completion/render/stream-renderer.ts';

function at(languageId: string, document: string): CompletionContext {
  const [before = '', after = ''] = document.split('▮');
  const indentation = { tabs: false, size: 2 };
  return { uri: 'file:///a', version: 1, languageId, before, after, indentation, trigger: 'typing' };
}

const block: ShowingOptions = { shape: 'block', manner: 'fill' };

/** The document after each of the accepts, until nothing is left. */
function accepts(situation: CompletionContext, text: string, options = block): string[] {
  const reading = showing(situation, options);
  reading.read(text);
  let shown = reading.end();
  let here = situation;
  const documents: string[] = [];
  while (shown.suggestion) {
    here = contextAfterAccept(here, toCompletion(here, shown.suggestion));
    documents.push(`${here.before}▮${here.after}`);
    const next = showing(here, block);
    next.read(shown.rest);
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
  assert.deepEqual(accepts(at('typescript', 'const a = ▮'), said, { ...block, shape: 'line' }), [
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
  const situation = at('typescript', 'class A {\r\n  one() {}\r\n  ▮\r\n}\r\n');
  const said = 'two() {\n      return 2;\n  }\n\n  three() {\n      return 3;\n  }\n';
  assert.equal(
    accepts(situation, said).at(-1),
    'class A {\r\n  one() {}\r\n  two() {\r\n    return 2;\r\n  }\r\n\r\n  three() {\r\n    return 3;\r\n  }▮\r\n}\r\n',
  );
});

test('nothing is kept of prose, of what ends a surrounding block, and past the end of a fence', () => {
  const rest = (situation: CompletionContext, text: string, manner: ShowingOptions['manner']) => {
    const reading = showing(situation, { ...block, manner });
    reading.read(text);
    return reading.end().rest;
  };
  assert.equal(rest(at('python', 'x = ▮'), '5\n\nThis sets x to five, as asked.\n', 'chat'), '');
  assert.equal(rest(at('python', 'x = ▮'), '```python\n5\n```\nAnd more:\n', 'chat'), '');
  assert.equal(rest(at('c', 'int f() {\n  ▮\n}'), 'return 1;\n}\n\nint g() {}\n', 'fill'), '');
});

test('a stream has said enough once its block is over, and not before', () => {
  const reading = showing(at('typescript', '▮'), block);
  assert.equal(reading.read('function a() {\n  return 1;\n'), false);
  assert.equal(reading.suggestion()?.insert, 'function a() {\n  return 1;');
  assert.equal(reading.read('}\n'), false, 'an else might follow');
  assert.equal(reading.read('\nfunction b() {\n'), true);
  assert.equal(reading.suggestion()?.insert, 'function a() {\n  return 1;\n}');
  reading.read('  return 2;\n}\n');
  assert.equal(reading.end().rest, '\n\nfunction b() {\n  return 2;\n}');
});

test('what is still being said goes on where the rest ends, wherever it was cut into pieces', () => {
  const said = 'a();\n\n  b(\n    1,\n  );\n  c();\n}\n';
  for (let size = 1; size <= said.length; size++) {
    const reading = showing(at('typescript', 'f() {\n  ▮'), { ...block, shape: 'line' });
    let to = size;
    while (!reading.read(said.slice(to - size, to))) to += size;
    const { suggestion, rest, goesOn } = reading.end(true);
    assert.equal(goesOn, true);
    assert.equal(`${suggestion?.insert}${rest}${said.slice(to)}`, said, `pieces of ${size}`);
  }
});

test('what is still being said is of no use after the suggestion when code stands behind the cursor, or a fence has closed', () => {
  const goesOn = (situation: CompletionContext, text: string, manner: ShowingOptions['manner']) => {
    const reading = showing(situation, { shape: 'line', manner });
    assert.equal(reading.read(text), true);
    return reading.end(true).goesOn;
  };
  assert.equal(goesOn(at('typescript', 'f(▮, 2)'), '1\n', 'fill'), false);
  assert.equal(goesOn(at('python', 'x = ▮'), '```python\n5\n```\n', 'chat'), false);
});

test('a line is enough when a line is wanted', () => {
  const reading = showing(at('typescript', 'const a = ▮'), { ...block, shape: 'line' });
  assert.equal(reading.read('compute'), false);
  assert.equal(reading.suggestion(), undefined, 'half a line is not shown');
  assert.equal(reading.read('();\n'), true);
  assert.equal(reading.suggestion()?.insert, 'compute();');
});

test('an endless line is enough at some point', () => {
  const reading = showing(at('javascript', 'const a = ▮'), block);
  let enough = false;
  for (let count = 0; count < 1_000 && !enough; count++) enough = reading.read(`x${count} + `);
  assert.equal(enough, true);
  assert.ok((reading.end().suggestion?.insert.length ?? 0) <= 600);
});

test('what comes after the end is not listened to', () => {
  const reading = showing(at('javascript', 'const a = ▮'), block);
  reading.read('1;');
  const { suggestion } = reading.end();
  assert.equal(reading.read('\nconst b = 2;'), true);
  assert.deepEqual(reading.end().suggestion, suggestion);
  assert.deepEqual(reading.suggestion(), suggestion);
});

test('an endless line is cut between characters', () => {
  for (const character of ['👩‍👧', '😀', 'e\u0301']) {
    for (const start of ['', 'x', 'xy', 'xyz', 'xyzw']) {
      const reading = showing(at('markdown', '▮'), block);
      reading.read(start + character.repeat(700));
      const insert = reading.end().suggestion?.insert ?? '';
      assert.equal(insert.slice(start.length).replaceAll(character, ''), '', `${start}${character}`);
    }
  }
});
