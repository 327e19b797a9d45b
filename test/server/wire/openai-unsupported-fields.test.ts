/** Which fields are dropped when a service rejects them, and which never are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rejectedOpenAiField } from '../../../server/wire/openai-unsupported-fields.ts';
import { errorResponse, withoutRejected } from './decoded.ts';

const full = {
  model: 'm',
  messages: [{ role: 'user', content: 'stream_options' }],
  tools: [{ type: 'function' }],
  stream: true,
  stream_options: { include_usage: true, include_obfuscation: false },
  max_tokens: 64,
  temperature: 0.2,
};
const path = '/chat/completions';

/** The body after this error; `undefined` when nothing is dropped. */
const after = (status: number, answer: unknown, body: object = full) =>
  withoutRejected({ rejectedField: rejectedOpenAiField }, { path, body }, errorResponse(status, answer))
    ?.body;

const errorBody = (message: string, param: string | null = null, code: string | null = null) => ({
  error: { message, type: 'invalid_request_error', param, code },
});

test('an unsupported field is dropped, in every wording of the error', () => {
  const { stream_options: _, ...without } = full;
  for (const answer of [
    errorBody('Unrecognized request argument supplied: stream_options'),
    errorBody("Unknown parameter: 'stream_options'.", 'stream_options', 'unknown_parameter'),
    {
      object: 'error',
      message:
        '[{"type":"extra_forbidden","loc":["body","stream_options"],"msg":"Extra inputs are not permitted"}]',
    },
    {
      detail: [
        { type: 'extra_forbidden', loc: ['body', 'stream_options'], msg: 'Extra inputs are not permitted' },
      ],
    },
    'stream_options: extra fields not permitted',
    '{"error":"unknown field `stream_options`"}',
  ])
    for (const status of [400, 422]) assert.deepEqual(after(status, answer), without, JSON.stringify(answer));
});

test('padding alone is dropped when only that is unknown', () => {
  const answer = errorBody(
    "Unknown parameter: 'stream_options.include_obfuscation'.",
    'stream_options.include_obfuscation',
  );
  assert.deepEqual(after(400, answer), { ...full, stream_options: { include_usage: true } });
});

test('the output limit is moved to its other name', () => {
  const { max_tokens: limit, ...rest } = full;
  const newer = { ...rest, max_completion_tokens: limit };
  const answer =
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
  assert.deepEqual(after(400, errorBody(answer, 'max_tokens', 'unsupported_parameter')), newer);
  assert.deepEqual(after(400, errorBody(answer)), newer);
  assert.deepEqual(after(422, 'max_completion_tokens: Extra inputs are not permitted', newer), full);
});

test('a rejected temperature is dropped', () => {
  const { temperature: _, ...rest } = full;
  const answer =
    "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.";
  assert.deepEqual(after(400, errorBody(answer, 'temperature', 'unsupported_value')), rest);
});

test('no field is dropped for another reason', () => {
  for (const [status, answer] of [
    [
      400,
      errorBody(
        'max_tokens is too large: 64. This model supports at most 32 completion tokens.',
        'max_tokens',
      ),
    ],
    [400, errorBody('temperature must be at most 1')],
    [400, errorBody('Unsupported parameter', 'messages', 'unsupported_parameter')],
    [400, errorBody("Unknown parameter: 'tools'.", 'tools', 'unknown_parameter')],
    [400, errorBody("Unknown parameter: 'messages[0].stream_options'.", 'messages')],
    [400, errorBody("Unknown parameter: 'max_tokens_to_sample'.")],
    [400, ''],
    [400, '<html>stream_options</html>'],
  ] as const)
    assert.equal(after(status, answer), undefined, JSON.stringify(answer));
});

test('fields against thinking are dropped where they are unsupported', () => {
  const body = { model: 'm', reasoning_effort: 'none', chat_template_kwargs: { enable_thinking: false } };
  assert.deepEqual(
    after(400, errorBody("Unsupported parameter: 'reasoning_effort'", 'reasoning_effort'), body),
    {
      model: 'm',
      chat_template_kwargs: { enable_thinking: false },
    },
  );
  assert.deepEqual(after(422, errorBody('chat_template_kwargs: Extra inputs are not permitted'), body), {
    model: 'm',
    reasoning_effort: 'none',
  });
});
