import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventJsonReader } from '../../../server/wire/event-json.ts';
import { parseJsonObject } from '../../../server/wire/json-object.ts';

const chunk = (content: string, rest: object = {}) =>
  JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta: { content }, finish_reason: null }],
    ...rest,
  });

/** Each event is read before the next one, as decoders do. */
function assertReadsAs(events: readonly string[]): void {
  const { read } = eventJsonReader();
  for (const event of events) assert.deepEqual(read(event), parseJsonObject(event), event);
}

test('reads events that repeat but for one text as JSON.parse does', () => {
  assertReadsAs(
    ['First', ' word', ' word', '', ' wrote "so"', ' a\\b', ' c\n', ' é𝄞', ' }', ' end'].map((text) =>
      chunk(text),
    ),
  );
  assertReadsAs([' aXa', ' aYa', ' aa', ' a', ' b'].map((text) => chunk(text)));
});

test('reads an event that differs in more than one place in full', () => {
  assertReadsAs([
    chunk('a'),
    chunk('b'),
    chunk('c', { usage: { prompt_tokens: 3 } }),
    chunk('d', { id: 'chatcmpl-2' }),
    chunk('e', { id: 'chatcmpl-3' }),
    chunk('f'),
  ]);
});

test('reads texts that look like JSON, keys and escapes', () => {
  assertReadsAs([
    chunk('x'),
    chunk('y'),
    chunk('","finish_reason":"stop'),
    chunk('\\'),
    chunk('\\"'),
    chunk('\u0001rumbo\u0001'),
    chunk('\u0001rumbo\u0001 again'),
    chunk('z'),
  ]);
  const keyed = (key: string, value: string) =>
    `{"some long envelope before the key":"abcdefghijklmnop","${key}":"${value}"}`;
  assertReadsAs([
    keyed('one', 'v'),
    keyed('two', 'v'),
    keyed('three', 'v'),
    keyed('__proto__', 'v'),
    keyed('__proto__', 'w'),
    keyed('__proto__', 'x'),
  ]);
  const twice = (text: string) =>
    `{"an envelope that is long enough to matter":1,"text":"${text}","text":"last"}`;
  assertReadsAs([twice('a'), twice('b'), twice('c')]);
});

test('is undefined for what is no JSON object, and reads on', () => {
  const { read } = eventJsonReader();
  for (const data of ['', '{', '[1]', '"text"', 'null', `${chunk('a')}x`])
    assert.equal(read(data), undefined, data);
  assert.deepEqual(read(chunk('a')), parseJsonObject(chunk('a')));
  assert.deepEqual(read(chunk('b')), parseJsonObject(chunk('b')));
  assert.equal(read(chunk('c').slice(0, -1)), undefined);
  assert.equal(read(chunk('c').replace('"c"', '"c" "d"')), undefined);
  assert.deepEqual(read(chunk('d')), parseJsonObject(chunk('d')));
});

test('random edits of random events are read as JSON.parse reads them', () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  const letters = ['a', '"', '\\', '{', '}', ':', ',', 'n', '\u0001', 'é', ' ', '1'];
  const envelope = chunk('some text of a usual length', { system_fingerprint: 'fp_1' });
  for (let stream = 0; stream < 300; stream++) {
    const { read } = eventJsonReader();
    for (let at = 0; at < 8; at++) {
      const from = random(3) === 0 ? random(envelope.length) : envelope.indexOf('some');
      const text = Array.from({ length: random(4) }, () => letters[random(letters.length)]).join('');
      const event = envelope.slice(0, from) + text + envelope.slice(from + random(5));
      assert.deepEqual(read(event), parseJsonObject(event), event);
    }
  }
});
