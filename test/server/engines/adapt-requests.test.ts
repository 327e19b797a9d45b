/** Requests adapted to refusals: in the words of services, engines and templates; never twice the same way. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryRules, requestAdapter } from '../../../server/engines/adapt-requests.ts';
import { anthropicMessages } from '../../../server/wire/anthropic-messages.ts';
import { geminiGenerateContent } from '../../../server/wire/gemini-generate-content.ts';
import { openaiChat } from '../../../server/wire/openai-chat.ts';
import type { ErrorResponse, WireFormat } from '../../../server/wire/wire-format.ts';
import type { CompletionRequest } from '../../../shared/chat.ts';
import { errorResponse } from '../wire/decoded.ts';

const openai = openaiChat({ maxTokensField: 'max_tokens' });
const question: CompletionRequest = {
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'first' },
    { role: 'user', content: 'second' },
  ],
  maxOutputTokens: 16_384,
  temperature: 0.2,
};

/** A request to `m`, and its body as it is sent. */
function sending(request: CompletionRequest = question, wire: WireFormat = openai, rules = memoryRules()) {
  const adapting = requestAdapter(wire, rules)(
    'm',
    (each = request) => wire.chat('m').encode('m', each),
    request,
  );
  return {
    rules,
    body: () => adapting.request().body as Record<string, unknown>,
    refuse: (message: string | object, status = 400) =>
      adapting.adaptTo(errorResponse(status, typeof message === 'string' ? { error: { message } } : message)),
  };
}

test('the limit of an answer is lowered to what the service states', () => {
  const table: [string | object, number, number?][] = [
    [
      'max_tokens is too large: 16384. This model supports at most 4096 completion tokens, whereas you provided 16384.',
      4_096,
    ],
    ['Invalid max_tokens value, the valid range of max_tokens is [1, 8192]', 8_192],
    ['<400> InternalError.Algo.InvalidParameter: Range of max_tokens should be [1, 8,192]', 8_192],
    [
      '`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens` is less than the `context_window` for this model',
      8_192,
    ],
    [
      'max_tokens: 16384 > 8192, which is the maximum allowed number of output tokens for claude-3-5-sonnet-20241022',
      8_192,
    ],
    [
      'Unable to submit request because it has a maxOutputTokens value of 16384 but the supported range is from 1 (inclusive) to 8193 (exclusive). Update the value and try again.',
      8_192,
    ],
    [
      'The maximum tokens you requested exceeds the model limit of 4096. Try again with a maximum tokens value that is lower than 4096.',
      4_096,
    ],
    [
      {
        error: {
          code: 'InvalidParameter',
          param: 'max_completion_tokens',
          message:
            'The parameter `max_completion_tokens` specified in the request are not valid: integer above maximum value, expected a value <= 12288, but got 16384 instead. Request id: 0217752964393142',
        },
      },
      12_288,
    ],
    [
      {
        error: {
          message: 'Param Incorrect',
          type: 'upstream_error',
          param:
            'max_tokens is too large: 16384. This model supports at most 13107 completion tokens, whereas you provided 16384.',
          code: '400',
        },
      },
      13_107,
    ],
    [
      {
        detail: [
          {
            type: 'less_than_equal',
            loc: ['body', 'max_tokens'],
            msg: 'Input should be less than or equal to 4096',
            input: 16384,
            ctx: { le: 4096 },
          },
        ],
      },
      4_096,
      422,
    ],
    [
      'too many tokens: max tokens must be less than or equal to 4096, the maximum output for this model - received 16384',
      4_096,
    ],
    ['max_tokens 参数非法，取值范围[1,4095]', 4_095],
    ['max_completion_tokens is limited for this model: maximum 4096', 4_096, 416],
    ['litellm.BadRequestError: XException - {"error":{"message":"max_new_tokens must be <= 2048"}}', 2_048],
    ['max_tokens is too large', 4_096],
  ];
  for (const [message, limit, status] of table) {
    const { body, refuse, rules } = sending();
    assert.ok(refuse(message, status), JSON.stringify(message));
    assert.equal(body()['max_tokens'], limit, JSON.stringify(message));
    assert.deepEqual(rules.of('m'), { maxOutputTokens: limit });
    assert.ok(!refuse(message, status), 'once');
  }
});

test('a limit that is too small is raised', () => {
  const { body, refuse } = sending({ ...question, maxOutputTokens: 5 });
  assert.ok(
    refuse("Invalid 'max_tokens': integer below minimum value. Expected a value >= 16, but got 5 instead."),
  );
  assert.equal(body()['max_tokens'], 16);
});

test('prompt and answer together fit the context that the service states', () => {
  const table: [string | object, number][] = [
    [
      "This model's maximum context length is 8192 tokens. However, you requested 16419 tokens (35 in the messages, 16384 in the completion). Please reduce the length of the messages or completion.",
      8_093,
    ],
    [
      "This model's maximum context length is 8192 tokens. However, you requested 16419 tokens. Please reduce it.",
      8_093,
    ],
    [
      "'max_tokens' or 'max_completion_tokens' is too large: 16384. This model's maximum context length is 8192 tokens and your request has 35 input tokens (16384 > 8192 - 35).",
      8_093,
    ],
    [
      "Requested token count exceeds the model's maximum context length of 8192 tokens. You requested a total of 16419 tokens: 35 tokens from the input messages and 16384 tokens for the completion.",
      8_093,
    ],
    [
      'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8192. Given: 35 `inputs` tokens and 16384 `max_new_tokens`',
      8_093,
    ],
    [
      'input length and `max_tokens` exceed context limit: 35 + 16384 > 8192, decrease input length or `max_tokens` and try again',
      8_093,
    ],
    [{ object: 'error', message: "This model's maximum context length is 8192 tokens.", code: 400 }, 1_984],
  ];
  for (const [message, limit] of table) {
    const { body, refuse, rules } = sending();
    assert.ok(refuse(message), JSON.stringify(message));
    assert.equal(body()['max_tokens'], limit, JSON.stringify(message));
    assert.deepEqual(rules.of('m'), { contextTokens: 8_192 });
    assert.ok(!refuse(message), 'once');
  }
});

test('a prompt that is too long is no matter of the limit, and what the context is stays known', () => {
  for (const message of [
    "This model's maximum context length is 8192 tokens. However, you requested 25384 tokens (9000 in the messages, 16384 in the completion).",
    'prompt is too long: 9000 tokens > 8192 maximum',
    "This model's maximum prompt length is 8192 but the request contains 9000 tokens.",
  ]) {
    const { refuse, rules } = sending();
    assert.ok(!refuse(message), message);
    assert.deepEqual(rules.of('m'), { contextTokens: 8_192 });
  }
  const { refuse, rules } = sending();
  assert.ok(!refuse('Request too large on tokens per minute (TPM): Limit 6000, Requested 8123', 413));
  assert.deepEqual(rules.of('m'), {});
});

const merged = [
  { role: 'user', content: 'Be brief.\n\nfirst' },
  { role: 'user', content: 'second' },
];

test('instructions move to the user’s message where there is no role for them', () => {
  for (const [message, status] of [
    ['System role not supported', 400],
    ["Unsupported value: 'messages[0].role' does not support 'system' with this model.", 400],
    ['Only user, assistant and tool roles are supported, got system.', 500],
    ['Developer instruction is not enabled for models/gemma-3-27b-it', 400],
    ["messages.0.role: Input should be 'user' or 'assistant'", 422],
    ['This model does not support system messages.', 400],
    ['system prompt is not supported by this model', 400],
    ['Jinja Exception: System role not supported', 500],
    ['Unexpected role: system', 400],
  ] as const) {
    const { body, refuse, rules } = sending();
    assert.ok(refuse(message, status), message);
    assert.deepEqual(body()['messages'], merged, message);
    assert.deepEqual(rules.of('m'), { systemRole: 'none' });
  }
  const gemini = sending(question, geminiGenerateContent);
  assert.ok(gemini.refuse('Developer instruction is not enabled for models/gemma-3-27b-it'));
  assert.equal(gemini.body()['systemInstruction'], undefined);
});

test('instructions in the middle move to the start', () => {
  const { body, refuse } = sending({
    messages: [
      { role: 'user', content: 'first' },
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'second' },
    ],
  });
  assert.ok(refuse('System message must be at the beginning.', 500));
  assert.deepEqual(body()['messages'], [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'first' },
    { role: 'user', content: 'second' },
  ]);
});

test('messages of one role in a row are joined where roles have to alternate', () => {
  const optional =
    'After the optional system message, conversation roles must alternate user/assistant/user/assistant/...';
  const { body, refuse, rules } = sending();
  assert.ok(refuse(optional));
  assert.deepEqual(body()['messages'], [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'first\n\nsecond' },
  ]);
  assert.deepEqual(rules.of('m'), { alternatingRoles: true });
  assert.ok(!refuse(optional), 'once');

  const without = sending();
  assert.ok(without.refuse('Conversation roles must alternate user/assistant/user/assistant/...', 500));
  assert.deepEqual(without.body()['messages'], [{ role: 'user', content: 'Be brief.\n\nfirst\n\nsecond' }]);

  const opened = sending({
    messages: [
      { role: 'assistant', content: 'Hello' },
      { role: 'user', content: 'hi' },
    ],
  });
  assert.ok(opened.refuse('messages: first message must use the "user" role'));
  assert.deepEqual(
    (opened.body()['messages'] as { role: string }[]).map(({ role }) => role),
    ['user', 'assistant', 'user'],
  );
});

test('pictures and calls keep their places when messages are joined', () => {
  const image = { type: 'image', mediaType: 'image/png', data: 'AAAA' } as const;
  const { body, refuse } = sending({
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: [{ type: 'text', text: 'see' }, image] },
      { role: 'user', content: 'well?' },
      { role: 'assistant', content: '', toolCalls: [{ id: 'a', name: 'now', input: '{}' }] },
      { role: 'tool', toolCallId: 'a', toolName: 'now', content: '12' },
      { role: 'tool', toolCallId: 'b', toolName: 'now', content: '13' },
    ],
  });
  assert.ok(refuse('roles must alternate'));
  const messages = body()['messages'] as { role: string; content: unknown }[];
  assert.deepEqual(
    messages.map(({ role }) => role),
    ['user', 'assistant', 'tool', 'tool'],
  );
  assert.deepEqual(
    ((messages.at(0)?.content ?? []) as { type: string }[]).map(({ type }) => type),
    ['text', 'text', 'image_url', 'text'],
  );
});

test('a refused continuation is kept in mind, and not repeated here', () => {
  for (const message of [
    'Prefilling assistant messages is not supported for this model.',
    'Cannot set `add_generation_prompt` to True when the last message is from the assistant.',
    'Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant',
    'This model does not support assistant message prefill. The conversation must end with a user message.',
  ]) {
    const { refuse, rules } = sending();
    assert.ok(!refuse(message), message);
    assert.deepEqual(rules.of('m'), { noPrefill: true }, message);
  }
});

test('rejected fields are left out, each once, and by both their names', () => {
  const { body, refuse, rules } = sending();
  assert.ok(
    refuse(
      "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
    ),
  );
  assert.ok(refuse('invalid field: Unrecognized request argument supplied: stream_options'));
  assert.ok(
    refuse(
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    ),
  );
  assert.deepEqual(Object.keys(body()), ['model', 'messages', 'stream', 'max_completion_tokens']);
  assert.ok(refuse('max_completion_tokens: Extra inputs are not permitted'));
  assert.deepEqual(Object.keys(body()), ['model', 'messages', 'stream']);
  assert.ok(!refuse('max_completion_tokens: Extra inputs are not permitted'));
  assert.deepEqual(rules.of('m').rejectedFields, {
    temperature: null,
    stream_options: null,
    max_tokens: 'max_completion_tokens',
    max_completion_tokens: null,
  });
});

test('a fixed temperature, in other words', () => {
  for (const message of [
    'invalid temperature: only 1 is allowed for this model',
    '`temperature` is deprecated for this model.',
    'temperature and top_p cannot both be specified for this model. Please use only one.',
    'Unknown name "temperature": Cannot find field.',
    'temperature: Extra inputs are not permitted',
  ]) {
    const { body, refuse } = sending();
    assert.ok(refuse(message), message);
    assert.equal('temperature' in body(), false, message);
  }
});

test('later requests are sent as refusals of earlier ones stated', () => {
  const { refuse, rules } = sending();
  refuse('System role not supported');
  refuse('max_tokens must be at most 4096');
  refuse('temperature is not supported');
  const later = sending(question, openai, rules).body();
  assert.deepEqual(later['messages'], merged);
  assert.equal(later['max_tokens'], 4_096);
  assert.equal(later['temperature'], undefined);
});

test('a newer figure replaces an older one, also within another request', () => {
  const { refuse, rules } = sending();
  refuse('max_tokens must be at most 8192');
  const later = sending(question, openai, rules);
  assert.ok(later.refuse('max_tokens must be at most 4096'));
  assert.equal(later.body()['max_tokens'], 4_096);
});

test('Anthropic’s thinking blocks belong to the conversation, not to the model', () => {
  const request: CompletionRequest = {
    messages: [
      { role: 'user', content: 'hi' },
      {
        role: 'assistant',
        content: '',
        toolCalls: [
          {
            id: 'a',
            name: 'now',
            input: '{}',
            signature: JSON.stringify([{ type: 'thinking', thinking: 'x', signature: 's' }]),
          },
        ],
      },
      { role: 'tool', toolCallId: 'a', toolName: 'now', content: '12' },
    ],
  };
  const { refuse, rules } = sending(request, anthropicMessages);
  refuse('messages.1.content.0: Invalid `signature` in `thinking` block.');
  assert.deepEqual(rules.of('m'), {});
});

test('other errors adapt nothing', () => {
  for (const [message, status] of [
    ['max_tokens is too large: at most 4096', 401],
    ['System role not supported', 429],
    ['messages.0.name: Field required', 422],
    ['The model is overloaded', 500],
    ['Your credit balance is too low', 400],
    ["Unknown parameter: 'tools'.", 400],
    ['', 400],
  ] as const) {
    const { refuse, rules } = sending();
    assert.ok(!refuse(message, status), message);
    assert.deepEqual(rules.of('m'), {}, message);
  }
});

test('whatever a service refuses, a request is adapted a few times at most, and never to the same again', () => {
  const refusals = [
    'max_tokens must be at most 4096',
    'max_tokens must be at least 64',
    'max_tokens is too large',
    "This model's maximum context length is 8192 tokens. However, you requested 16419 tokens.",
    "This model's maximum context length is 4096 tokens and your request has 35 input tokens.",
    'System role not supported',
    'System message must be at the beginning',
    'Conversation roles must alternate',
    'must end with a user message',
    'temperature is not supported',
    'stream_options: Extra inputs are not permitted',
    'max_tokens is not supported, use max_completion_tokens instead',
    'max_completion_tokens is not supported, use max_tokens instead',
  ];
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
  const rules = memoryRules();
  for (let round = 0; round < 300; round++) {
    const { body, refuse } = sending(question, openai, round % 3 === 0 ? memoryRules() : rules);
    const sent = new Set([JSON.stringify(body())]);
    let adaptions = 0;
    for (let attempt = 0; attempt < 40; attempt++) {
      if (!refuse(refusals[random(refusals.length)] ?? '', random(5) === 0 ? 500 : 400)) continue;
      adaptions += 1;
      const next = JSON.stringify(body());
      assert.ok(!sent.has(next));
      sent.add(next);
    }
    assert.ok(adaptions <= 8);
  }
});

test('concurrent requests with the same refusal are each adapted', () => {
  const rules = memoryRules();
  const refusal: ErrorResponse = errorResponse(400, { error: { message: 'temperature is not supported' } });
  const adapt = requestAdapter(openai, rules);
  const all = Array.from({ length: 8 }, () =>
    adapt('m', (each = question) => openai.chat('m').encode('m', each), question),
  );
  for (const each of all) assert.ok(each.adaptTo(refusal));
});

test('a gateway’s own status hides no refusal of the service behind it', () => {
  // As TensorZero 2026.6.0 answers.
  const behind = (status: string, message: string) => ({
    error: {
      message: `All variants failed with errors: m: All model providers failed to infer with errors: up: Inference stream closed due to error from openai server: Invalid status code: ${status}: ${JSON.stringify({ error: { message, type: 'invalid_request_error', code: 'unsupported_parameter' } })}`,
    },
  });
  const unsupported =
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
  const refused = sending();
  assert.equal(refused.refuse(behind('400 Bad Request', unsupported), 502), true);
  assert.deepEqual(
    [refused.body()['max_tokens'], refused.body()['max_completion_tokens']],
    [undefined, 16_384],
  );
  const failed = sending();
  assert.equal(failed.refuse(behind('503 Service Unavailable', 'The engine is overloaded.'), 502), false);
});
