/** JSON of any shape in an answer costs at most the answer, never the server. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engines } from '../../../server/engines/table.ts';
import { anthropicMessages } from '../../../server/wire/anthropic-messages.ts';
import { llamaInfill } from '../../../server/wire/llama-infill.ts';
import { ollamaChat } from '../../../server/wire/ollama-chat.ts';
import { openaiChat } from '../../../server/wire/openai-chat.ts';
import { openaiResponses } from '../../../server/wire/openai-responses.ts';
import type { WireFormat } from '../../../server/wire/wire-format.ts';
import { RumboError } from '../../../shared/errors.ts';

const formats: Record<string, WireFormat> = {
  ...Object.fromEntries(engines.map(({ kind, wire }) => [kind, wire])),
  responses: { ...openaiChat(), chat: () => openaiResponses },
  infill: { ...openaiChat(), chat: () => ({ ...openaiResponses, decoder: () => llamaInfill.decoder() }) },
};

/** Every name the decoders look for. */
const names =
  'choices delta content reasoning tool_calls index id function name arguments finish_reason usage prompt_tokens prompt_tokens_details completion_tokens x_groq type message content_block text thinking partial_json stop_reason stop_details candidates parts functionCall args finishReason usageMetadata promptTokenCount promptFeedback blockReason done done_reason prompt_eval_count data models status meta details output item item_id call_id phase response incomplete_details reason encrypted_content summary input_tokens stop_type timings capabilities loaded_instances architecture'.split(
    ' ',
  );
const words = [
  'stop',
  'tool_use',
  'content_block_start',
  'content_block_stop',
  'content_block_delta',
  'message_delta',
  'STOP',
  'response.output_item.added',
  'response.output_item.done',
  'response.output_text.delta',
  'response.completed',
  'response.incomplete',
  'response.failed',
  'function_call',
  'reasoning',
  'commentary',
];

/** Numbers that look random and are the same in every run. */
function sequence(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function anything(next: (below: number) => number, depth: number): unknown {
  const leaves = [null, true, 7, -1, '', 'text', 1e300, words[next(words.length)]];
  const shape = depth === 0 ? 2 : next(4);
  if (shape >= 2) return leaves[next(leaves.length)];
  const values = Array.from({ length: next(4) }, () => anything(next, depth - 1));
  if (shape === 1) return values;
  return Object.fromEntries(values.map((value) => [names[next(names.length)] ?? 'x', value]));
}

for (const [name, wire] of Object.entries(formats)) {
  test(`${name}: any JSON is decoded, ignored or an error with a kind`, () => {
    const next = sequence(42);
    const refused = (run: () => unknown) => {
      try {
        run();
      } catch (error) {
        assert.ok(error instanceof RumboError, String(error));
      }
    };
    for (let round = 0; round < 2_000; round += 1) {
      const decoder = wire.chat('m').decoder();
      // The outermost value has the names a real event has, so that the inner ones are looked at.
      const event = Object.fromEntries(
        names.map((each) => [each, next(3) === 0 ? anything(next, 4) : undefined]),
      );
      refused(() => decoder.read({ data: JSON.stringify(event) }));
      refused(() => decoder.read({ data: JSON.stringify({ type: words[next(words.length)], ...event }) }));
      refused(() => decoder.end());
      refused(() => wire.decodeModels(anything(next, 5)));
      refused(() => wire.decodeModels({ data: [anything(next, 3)], models: [anything(next, 3)] }));
      const body = JSON.stringify({ error: anything(next, 4), ...event });
      assert.ok(wire.toError({ status: 400 + next(130), headers: {}, body }) instanceof RumboError);
    }
  });
}

/** The `finish` of an answer that is one event. */
function finishOf(wire: WireFormat, data: string) {
  const decoder = wire.chat('m').decoder();
  const finish = [...decoder.read({ data }), ...decoder.end()].at(-1);
  assert.ok(finish?.type === 'finish', data);
  return finish;
}

test('a finish reason named like a property of every object is other', () => {
  for (const word of ['constructor', 'toString', '__proto__']) {
    const ends: [WireFormat, object][] = [
      [openaiChat(), { choices: [{ finish_reason: word }], usage: { prompt_tokens: 1 } }],
      [
        anthropicMessages,
        { type: 'message_delta', delta: { stop_reason: word }, usage: { output_tokens: 1 } },
      ],
      [ollamaChat, { done: true, done_reason: word, eval_count: 1 }],
    ];
    for (const [wire, event] of ends)
      assert.equal(finishOf(wire, JSON.stringify(event)).reason, 'other', word);
  }
});

test('invalid token counts cannot exhaust a budget or break the ledger', () => {
  for (const [promptTokens, input] of [
    ['1e999', undefined],
    ['-5', undefined],
    ['4294967295', undefined],
    ['12.5', 13],
  ] as const) {
    const data = `{"choices":[{"finish_reason":"stop"}],"usage":{"prompt_tokens":${promptTokens},"completion_tokens":1}}`;
    const { usage, partialUsage } = finishOf(openaiChat(), data);
    assert.equal((usage ?? partialUsage)?.input, input);
  }
});

test('an error with a very long message or an absurd wait costs no time and has a valid date', () => {
  const startedAt = performance.now();
  for (const long of ['a'.repeat(64_000), '1,'.repeat(32_000), '*a'.repeat(32_000)]) {
    for (const body of [long, JSON.stringify({ error: { message: long } })])
      openaiChat().toError({ status: 400, headers: {}, body });
  }
  assert.ok(performance.now() - startedAt < 5_000);
  const { data } = openaiChat().toError({
    status: 429,
    headers: { 'retry-after': '99999999999d' },
    body: '',
  });
  assert.doesNotThrow(() => new Date(Date.now() + (data.retryAfterMs ?? Number.NaN)).toISOString());
});
