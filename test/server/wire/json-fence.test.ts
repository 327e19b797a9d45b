/** JSON between code fences is JSON. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { withoutJsonFence } from '../../../server/wire/json-fence.ts';
import type { StreamDecoder } from '../../../server/wire/wire-format.ts';
import type { EnginePart } from '../../../shared/chat.ts';

const finish: EnginePart = { type: 'finish', reason: 'stop' };

/** The text of an answer that arrives in these pieces. */
function read(pieces: readonly string[], last: EnginePart = finish): string {
  const decoder: StreamDecoder = {
    mayEnd: () => false,
    read: ({ data }) => [{ type: 'text-delta', text: data }],
    end: () => [last],
  };
  const reader = withoutJsonFence(decoder);
  const parts = [...pieces.flatMap((data) => reader.read({ data })), ...reader.end()];
  assert.equal(parts.at(-1), last);
  return parts.map((part) => (part.type === 'text-delta' ? part.text : '')).join('');
}

test('the fence is removed however the text is cut', () => {
  const json = '{"code":"```js\\n1\\n```","list":[1, 2]}';
  for (const text of [
    `\`\`\`json\n${json}\n\`\`\``,
    `\n\`\`\`\r\n${json}\r\n\`\`\`\n`,
    `\`\`\`JSON ${json}\`\`\``,
    `\`\`\`json\n${json}`,
    json,
  ]) {
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 8 }), (cuts) => {
        const sorted = [0, ...cuts.toSorted((one, other) => one - other), text.length];
        const pieces = sorted.slice(1).map((end, index) => text.slice(sorted[index], end));
        assert.equal(read(pieces), json);
      }),
    );
  }
});

test('other text stays as it is', () => {
  for (const text of [
    'Sure!\n```json\n{}\n```',
    '```js\nlet a;\n```',
    '``',
    '{"a":1}\n```',
    ' 7 ',
    '"`"',
    '',
  ])
    assert.equal(read([...text]), text);
  assert.equal(read(['```json\n{"a":1}\n``` Done.']), '{"a":1}\n``` Done.');
});

test('a call after the text ends it', () => {
  const call: EnginePart = { type: 'tool-call', id: '1', name: 'look', input: '{}' };
  assert.equal(read(['```json\n{"a":1}\n', '```'], call), '{"a":1}');
});
