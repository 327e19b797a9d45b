/** JSON-RPC messages of megabytes are read as JSON.parse reads them. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { messageDecoder } from '../../../server/platform/message-decoder.ts';

const decode = (text: string) => messageDecoder.decode(Buffer.from(text), { charset: 'utf-8' });

test('a small message is read as JSON', async () => {
  assert.deepEqual(await decode('{"jsonrpc":"2.0","method":"a"}'), { jsonrpc: '2.0', method: 'a' });
});

test('a large message with pictures, long texts and escapes is read whole', async () => {
  const data = randomBytes(1_500_000).toString('base64');
  const message = {
    jsonrpc: '2.0',
    params: {
      messages: [
        {
          content: [
            { data },
            { data: `${data}AAAA` },
            { text: `a "quoted" \\ text\n${'x'.repeat(90_000)}\\` },
          ],
        },
        { content: 'é\u{1F600}'.repeat(40_000), '': '\\"' },
      ],
      file: { text: 'plain '.repeat(20_000), uri: 'file:///a.ts' },
    },
  };
  assert.deepEqual(await decode(JSON.stringify(message)), message);
});

test('what is no JSON is refused, large or not', async () => {
  await assert.rejects(decode('{"a":'));
  await assert.rejects(decode(`{"a":"${'A'.repeat(2_000_000)}`));
});

test('between the strings of a large message other work has its turn', async () => {
  const message = { parts: Array.from({ length: 8 }, () => randomBytes(1_500_000).toString('base64')) };
  const text = Buffer.from(JSON.stringify(message));
  let turns = 0;
  let isDone = false;
  const count = () => {
    turns += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  await messageDecoder.decode(text, { charset: 'utf-8' });
  isDone = true;
  assert.ok(turns >= 3, `${turns} turns`);
});
