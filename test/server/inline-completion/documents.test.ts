import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Position, TextDocumentContentChangeEvent } from 'vscode-languageserver-protocol';
import {
  documentStore,
  type OpenDocument,
  syncDocuments,
} from '../../../server/inline-completion/documents.ts';

const uri = 'file:///project/a.ts';

/** One open document, and a clock. */
function opened(text: string, languageId = 'typescript') {
  const clock = { now: 1_000 };
  const open = documentStore(() => clock.now);
  open.opened({ uri, languageId, version: 1, text });
  const get = (): OpenDocument => open.get(uri) ?? assert.fail('it is open');
  const change = (...changes: TextDocumentContentChangeEvent[]) =>
    open.changed(uri, get().version + 1, changes);
  const at = (line: number, character: number, endLine = line, endCharacter = character) => ({
    start: { line, character },
    end: { line: endLine, character: endCharacter },
  });
  return { open, get, change, at, clock };
}

test('a change replaces its range, and the version is the editor’s', () => {
  const { get, change, at } = opened('one\r\ntwo\r\nthree');
  change({ range: at(1, 0, 1, 3), text: '2' }, { range: at(0, 3), text: '!' });
  assert.equal(get().text, 'one!\r\n2\r\nthree');
  assert.equal(get().version, 2);
  assert.equal(get().lineCount, 3);
});

/** Line ends of every kind, halves of them, and characters of two UTF-16 units. */
const words = fc
  .array(fc.constantFrom('a', 'b', ' ', '\n', '\r\n', '\r', '😀', 'é'), { maxLength: 12 })
  .map((parts) => parts.join(''));
const position = fc.record({
  line: fc.integer({ min: 0, max: 9 }),
  character: fc.integer({ min: 0, max: 9 }),
});
const changes = fc.array(
  fc.oneof(
    fc.record({ range: fc.record({ start: position, end: position }), text: words }),
    fc.record({ text: words }),
  ),
  { maxLength: 10 },
);

test('after any incremental changes text, lines and positions are those of the full text', () => {
  fc.assert(
    fc.property(words, changes, (text, all) => {
      const { get, change } = opened(text);
      let expected = text;
      for (const each of all) {
        expected = applied(expected, each);
        change(each);
        assert.equal(get().text, expected);
      }
      const fresh = opened(expected).get();
      assert.equal(get().lineCount, fresh.lineCount);
      for (let offset = 0; offset <= expected.length; offset += 1)
        assert.deepEqual(get().positionAt(offset), fresh.positionAt(offset));
    }),
  );
});

/** An independent implementation of LSP positions. */
function applied(text: string, change: TextDocumentContentChangeEvent): string {
  if (!('range' in change)) return change.text;
  const offset = ({ line, character }: Position): number => {
    const lines = text.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$|$/g)?.slice(0) ?? [];
    const count = text.split(/\r\n|\r|\n/).length;
    if (line >= count) return text.length;
    const before = lines.slice(0, line).join('').length;
    return before + Math.min(character, (lines[line] ?? '').replace(/[\r\n]+$/, '').length);
  };
  const [a, b] = [offset(change.range.start), offset(change.range.end)];
  return text.slice(0, Math.min(a, b)) + change.text + text.slice(Math.max(a, b));
}

test('reverting the edits gives the opened text', () => {
  const lines = fc
    .array(fc.constantFrom('a\n', 'b\n', 'c\n', '\n'), { maxLength: 30 })
    .map((parts) => parts.join(''));
  const far = fc.record({
    line: fc.integer({ min: 0, max: 40 }),
    character: fc.integer({ min: 0, max: 1 }),
  });
  const insert = fc.array(fc.constantFrom('x', 'y', '\n'), { maxLength: 4 }).map((parts) => parts.join(''));
  const edits = fc.array(
    fc.oneof(
      fc.record({ range: far.map((position) => ({ start: position, end: position })), text: insert }),
      fc.record({ range: fc.record({ start: far, end: far }), text: insert }),
      fc.record({ text: lines }),
    ),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(lines, edits, (text, all) => {
      const { get, change } = opened(text);
      for (const each of all) change(each);
      const now = get().text.split('\n');
      for (const { line, removed, added } of get().edits.toSorted((a, b) => b.line - a.line)) {
        assert.deepEqual(now.slice(line, line + added.length), added);
        now.splice(line, added.length, ...removed);
      }
      assert.equal(now.join('\n'), text);
    }),
  );
});

test('keystrokes at one position are one edit, also with several cursors', () => {
  const { get, change, at, clock } = opened('a\n\n\n\n\nb\n');
  for (const [index, key] of ['x', 'y', 'z'].entries()) {
    clock.now += 100;
    change({ range: at(5, 1 + index), text: key }, { range: at(0, 1 + index), text: key });
  }
  assert.deepEqual(get().edits, [
    { line: 5, removed: ['b'], added: ['bxyz'], atMs: 1_300 },
    { line: 0, removed: ['a'], added: ['axyz'], atMs: 1_300 },
  ]);
});

test('an edit moves with the lines above it', () => {
  const { get, change, at } = opened('a\nb\nc\nd\ne\nf\ng\n');
  change({ range: at(6, 0, 6, 1), text: 'G' });
  change({ range: at(0, 0), text: '1\n2\n' });
  assert.deepEqual(
    get().edits.map(({ line }) => line),
    [8, 0],
  );
});

test('an undone change is no edit', () => {
  const { get, change, at } = opened('a\nb\n');
  change({ range: at(0, 1), text: 'x' });
  change({ range: at(0, 1, 0, 2), text: '' });
  assert.deepEqual(get().edits, []);
});

test('a new full text is recorded as the edit that makes the difference', () => {
  const { get, change } = opened('a\r\nb\r\nc\r\n');
  change({ text: 'a\r\nB\r\nc\r\n' });
  assert.deepEqual(get().edits, [{ line: 1, removed: ['b'], added: ['B'], atMs: 1_000 }]);
});

test('a paste of a whole file is no edit, and edits after it are', () => {
  const { get, change, at } = opened('a\n');
  change({ range: at(0, 0), text: 'line\n'.repeat(500) });
  assert.deepEqual(get().edits, []);
  change({ range: at(300, 4), text: '!' });
  assert.deepEqual(get().edits, [{ line: 300, removed: ['line'], added: ['line!'], atMs: 1_000 }]);
});

test('an edit is forgotten after ten minutes', () => {
  const { get, change, at, clock } = opened('a\n');
  change({ range: at(0, 0), text: 'x' });
  clock.now += 600_000;
  assert.equal(get().edits.length, 1);
  clock.now += 1;
  assert.deepEqual(get().edits, []);
});

test('only the last edits of a document are stored', () => {
  const { get, change, at } = opened('a\n'.repeat(200));
  for (let line = 0; line < 200; line += 10) change({ range: at(line, 0), text: 'x' });
  assert.deepEqual(
    get().edits.map(({ line }) => line),
    [80, 90, 100, 110, 120, 130, 140, 150, 160, 170, 180, 190],
  );
});

test('opening, editing and viewing count as seen', () => {
  const { open, get, change, at, clock } = opened('a');
  assert.deepEqual([get().seenAtMs, get().editedAtMs], [1_000, undefined]);
  clock.now = 2_000;
  change({ range: at(0, 0), text: 'x' });
  assert.deepEqual([get().seenAtMs, get().editedAtMs], [2_000, 2_000]);
  clock.now = 3_000;
  open.markSeen(uri);
  assert.deepEqual([get().seenAtMs, get().editedAtMs], [3_000, 2_000]);
});

test('a huge document is not stored, and its changes are ignored', () => {
  const { open, change, at } = opened('a');
  change({ range: at(0, 0), text: 'x'.repeat(5_000_001) });
  assert.equal(open.get(uri), undefined);
  open.changed(uri, 3, [{ range: at(0, 0), text: 'y' }]);
  open.markSeen(uri);
  assert.deepEqual(open.all(), []);
});

test('listeners are called once the stored document is up to date', () => {
  type Listener = (params: never) => void;
  const listeners = new Map<string, Listener>();
  const on = (name: string) => (listener: Listener) => {
    listeners.set(name, listener);
    return { dispose: () => void listeners.delete(name) };
  };
  const events: string[] = [];
  const open = syncDocuments(
    {
      onDidOpenTextDocument: on('open'),
      onDidChangeTextDocument: on('change'),
      onDidCloseTextDocument: on('close'),
    },
    {
      changed: (uri) => events.push(`${uri} is ${open.get(uri)?.text}`),
      closed: (uri) => events.push(`${uri} is ${open.get(uri)}`),
    },
  );
  const send = (name: string, params: object) => listeners.get(name)?.(params as never);
  send('open', { textDocument: { uri, languageId: 'go', version: 1, text: 'a' } });
  send('change', { textDocument: { uri, version: 2 }, contentChanges: [{ text: 'b' }] });
  send('close', { textDocument: { uri } });
  assert.deepEqual(events, [`${uri} is b`, `${uri} is undefined`]);
  open.dispose();
  assert.equal(listeners.size, 0);
});

test('a change with a null or missing range replaces the whole text, as some clients send it', () => {
  for (const range of [null, undefined]) {
    const { get, change } = opened('one\ntwo\n');
    change({ range, text: 'three\n' } as never);
    assert.equal(get().text, 'three\n');
  }
});
