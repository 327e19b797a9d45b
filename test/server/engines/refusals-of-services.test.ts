/** Refusals that state how to ask, as services, engines and gateways write them around the same facts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryRules, requestAdapter } from '../../../server/engines/adapt-requests.ts';
import { errorFromResponse } from '../../../server/wire/error-response.ts';
import { openaiChat } from '../../../server/wire/openai-chat.ts';
import { refusalError } from '../../../server/wire/request-refusals.ts';
import type { CompletionRequest, Message } from '../../../shared/chat.ts';
import type { ErrorKind } from '../../../shared/error-policies.ts';
import { errorResponse } from '../wire/decoded.ts';

const wire = openaiChat({
  maxTokensField: 'max_tokens',
  effortFields: (_model, effort) => ({ reasoning_effort: effort }),
});
const messages: readonly Message[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'first' },
  { role: 'user', content: 'second' },
];
const question: CompletionRequest = {
  messages,
  maxOutputTokens: 16_384,
  temperature: 0.2,
  topP: 0.9,
  reasoning: { effort: 'low' },
};

type Body = Readonly<Record<string, unknown>> & { readonly messages: readonly { readonly role: string }[] };

/** Refuses the request once. */
function refuse(status: number, body: unknown, request = question) {
  const rules = memoryRules();
  const adapting = requestAdapter(wire, rules)(
    'm',
    (each = request) => wire.chat('m').encode('m', each),
    request,
  );
  const response = errorResponse(status, body);
  const adapts = adapting.adaptTo(response);
  const kind: ErrorKind = refusalError(errorFromResponse(response), response).data.kind;
  return { adapts, kind, rules: rules.of('m'), body: adapting.request().body as Body };
}

const roles = (body: Body): readonly string[] => body.messages.map(({ role }) => role);

test('the limit of an answer, in the words and envelopes of many services', () => {
  const table: readonly [number, unknown, number][] = [
    [400, { message: 'The maximum tokens you requested exceeds the model limit of 8192' }, 8_192],
    [
      400,
      {
        message:
          "1 validation error detected: Value '16384' at 'inferenceConfig.maxTokens' failed to satisfy constraint: Member must have value less than or equal to 5000",
      },
      5_000,
    ],
    [
      400,
      {
        message:
          'Malformed input request: #/max_gen_len: 16384 is not less or equal to 2048, please reformat.',
      },
      2_048,
    ],
    [
      400,
      { error_code: 'BAD_REQUEST', message: 'max_tokens must be less than or equal to 4096, got 16384' },
      4_096,
    ],
    [400, { error: { message: 'max_tokens: Input should be less than or equal to 4096, got 16384' } }, 4_096],
    [
      422,
      {
        title: 'Unprocessable Entity',
        status: 422,
        detail: 'Input value at max_tokens: 16384 is greater than maximum 4096',
      },
      4_096,
    ],
    [
      400,
      {
        errors: [
          {
            message: "AiError: Bad input: Error: Number must be less than or equal to 4096 at '/max_tokens'",
            code: 5006,
          },
        ],
        success: false,
      },
      4_096,
    ],
    [422, { error: 'Input validation error: `max_new_tokens` must be <= 192. Given: 16384' }, 192],
    [
      422,
      { message: 'body.max_tokens: value 16384 is above the maximum of 8192', param: 'validation_error' },
      8_192,
    ],
    [
      400,
      {
        errors: [
          {
            code: 'invalid_request_entity',
            message:
              "Json document validation error: 'max_tokens' must be less than or equal to 8191, but was 16384",
          },
        ],
      },
      8_191,
    ],
    [
      400,
      {
        error: {
          message: 'Provider returned error',
          metadata: {
            raw: '{"error":{"message":"The max_tokens parameter (16384) exceeds the maximum output of this model (8192)"}}',
          },
        },
      },
      8_192,
    ],
    [422, { detail: { error: 'max_tokens must be in [1, 8192], got 16384' } }, 8_192],
    [
      400,
      { code: 20015, message: 'max_tokens (16384) is too large. The maximum value is 8192.', data: null },
      8_192,
    ],
    [
      400,
      { error: { code: '1210', message: 'API 调用参数有误，max_tokens 最大为 4095，请检查文档。' } },
      4_095,
    ],
    [400, { error: { message: 'the range of max_output_tokens is [2, 2048]' } }, 2_048],
    [400, { error: { message: 'invalid params, tokens_to_generate must be <= 8192 (2013)' } }, 8_192],
    [400, { error: { message: "max_tokens: 16384 is larger than model's max tokens 8192" } }, 8_192],
    [
      422,
      { detail: [{ loc: ['body', 'max_tokens'], msg: 'ensure this value is less than or equal to 4096' }] },
      4_096,
    ],
    [416, { error: 'max_completion_tokens is limited for this model: 8192' }, 8_192],
    [400, { reason: 'INVALID_REQUEST_BODY', message: 'max_tokens must be in range (0, 8192]' }, 8_192],
    [400, { message: 'Requested output tokens 16384 exceed the model limit 8192.' }, 8_192],
    [
      422,
      {
        title: 'Input validation failed',
        detail: '- input.max_tokens: Must be less than or equal to 8192\n',
      },
      8_192,
    ],
  ];
  for (const [status, body, limit] of table) {
    const refused = refuse(status, body);
    assert.equal(refused.body['max_tokens'], limit, JSON.stringify(body));
    assert.deepEqual(refused.rules, { maxOutputTokens: limit });
  }
});

test('a limit that has to exceed another figure is not lowered', () => {
  const { adapts, rules } = refuse(400, {
    error: { message: '`max_tokens` must be greater than `thinking.budget_tokens`.' },
  });
  assert.ok(!adapts);
  assert.deepEqual(rules, {});
});

test('prompt and answer fit the context, in the words of many services', () => {
  for (const [status, body] of [
    [
      400,
      {
        error: {
          message:
            "This model's maximum context length is 8192 tokens. However, you requested 16384 output tokens and your prompt contains at least 35 input tokens, for a total of at least 16419 tokens.",
        },
      },
    ],
    [
      413,
      {
        errors: [
          {
            message:
              'AiError: The estimated number of input and maximum output tokens (16419) exceeded this model context window limit (8192).',
            code: 5021,
          },
        ],
      },
    ],
    [
      400,
      {
        error: {
          message:
            'The maximum context length of model Meta-Llama-3.1-8B-Instruct is 8192. However, answering your request will take 16419 tokens. Please reduce the length of the messages.',
        },
      },
    ],
    [
      400,
      {
        error: {
          message:
            "This endpoint's maximum context length is 8192 tokens. However, you requested about 16419 tokens (35 of text input, 16384 in the output).",
          metadata: { provider_name: null },
        },
      },
    ],
    [
      400,
      {
        message:
          'The sum of prompt length (35.0) and query length (0) max_new_tokens (16384) should not exceed max_num_tokens/ max_seq_len (8192)',
      },
    ],
    [
      422,
      {
        error: {
          message:
            'inputs tokens + max_new_tokens must be <= 8192. Given: 35 inputs tokens and 16384 max_new_tokens',
        },
      },
    ],
    [400, { message: 'Current length is 16419 while limit is 8192', code: 'context_length_exceeded' }],
  ] as const) {
    const refused = refuse(status, body);
    assert.equal(refused.body['max_tokens'], 8_093, JSON.stringify(body));
    assert.deepEqual(refused.rules, { contextTokens: 8_192 });
  }
});

test('a prompt over the context is no matter of how to ask, and the context stays known', () => {
  const table: readonly [number, unknown, number?][] = [
    [400, { message: 'Input Tokens Exceeded: Number of input tokens exceeds maximum length.' }],
    [400, { object: 'error', message: 'max_tokens must be at least 1, got -186.' }],
    [
      400,
      { error: { message: 'Prompt too long: 41911 tokens exceeds max context window of 32768 tokens' } },
      32_768,
    ],
    [400, { error: 'Prompt is 11543 tokens but the model context window is 4096 tokens.' }, 4_096],
    [400, { error: 'Cannot truncate prompt with n_keep (15028) >= n_ctx (7424)' }, 7_424],
    [400, { error: 'Context size has been exceeded.' }],
    [
      400,
      {
        errors: [
          {
            message:
              'the number of input tokens 9000 cannot exceed the total tokens limit 8192 for this model',
          },
        ],
      },
      8_192,
    ],
    [500, { error: { message: 'Requested tokens (9031) exceed context window of 8192' } }],
    [400, { error: { message: 'prompt token count of 141952 exceeds the limit of 128000' } }, 128_000],
  ];
  for (const [status, body, contextTokens] of table) {
    const refused = refuse(status, body);
    assert.deepEqual([refused.adapts, refused.kind], [false, 'context-too-long'], JSON.stringify(body));
    if (contextTokens !== undefined) assert.deepEqual(refused.rules, { contextTokens });
  }
});

test('instructions move where the model takes them, in the words of many services', () => {
  for (const [status, body] of [
    [
      400,
      {
        message:
          "1 validation error detected: Value 'system' at 'messages.1.member.role' failed to satisfy constraint: Member must satisfy enum value set: [user, assistant]",
      },
    ],
    [400, { message: "This model doesn't support system messages. Try again without a system message." }],
    [
      422,
      'Failed to deserialize the JSON body: messages[0].role: unknown variant `system`, expected `user` or `assistant`',
    ],
    [
      400,
      {
        error: 'Error rendering prompt with jinja template: "Only user and assistant roles are supported!".',
      },
    ],
    [400, { error: { message: "Invalid role: 'system'. Only 'user' and 'assistant' are accepted" } }],
    [400, { error: { message: 'This model does not support a system prompt' } }],
  ] as const)
    assert.deepEqual(roles(refuse(status, body).body), ['user', 'user'], JSON.stringify(body));

  const inTheMiddle: CompletionRequest = {
    messages: [
      { role: 'user', content: 'first' },
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'second' },
    ],
  };
  for (const body of [
    { errors: [{ message: 'AiError: AiError: System message must be at the beginning.', code: 3030 }] },
    {
      message: "Unexpected role 'system' after role 'user'",
      type: 'invalid_request_message_order',
      code: '3230',
    },
  ])
    assert.deepEqual(roles(refuse(400, body, inTheMiddle).body), ['system', 'user', 'user']);
});

test('turns alternate, in the words of many services', () => {
  const table: readonly [number, unknown, readonly string[]][] = [
    [
      400,
      {
        error_code: 'BAD_REQUEST',
        message:
          'Bad request: rpc error: code = InvalidArgument desc = Chat message input roles must alternate (user -> assistant -> u -> a -> ...) with an optional system at the start.\n',
      },
      ['system', 'user'],
    ],
    [
      400,
      {
        error: {
          message:
            'After the (optional) system message(s), user or tool message(s) should alternate with assistant message(s).',
        },
      },
      ['system', 'user'],
    ],
    [
      500,
      {
        error: {
          message:
            "\n------------\nWhile executing CallExpression at line 189, column 32 in source:\n...== 0) %}↵ {{- raise_exception('After the optional system message, con...\n ^\nError: Jinja Exception: After the optional system message, conversation roles must alternate user and assistant roles except for tool calls and results.",
        },
      },
      ['system', 'user'],
    ],
    [400, { detail: 'A conversation must alternate between user and assistant roles. Try again.' }, ['user']],
    [
      400,
      { error: { message: 'the role of message with even index in the messages must be assistant' } },
      ['user'],
    ],
    [
      400,
      { message: 'The chat template requires the first message to have role user but got system' },
      ['user'],
    ],
  ];
  for (const [status, body, expected] of table)
    assert.deepEqual(roles(refuse(status, body).body), expected, JSON.stringify(body));
});

test('a user’s message after a tool’s result gets an answer before it where turns alternate', () => {
  const afterTool: CompletionRequest = {
    messages: [
      { role: 'user', content: 'what time is it?' },
      { role: 'assistant', content: '', toolCalls: [{ id: 'a', name: 'now', input: '{}' }] },
      { role: 'tool', toolCallId: 'a', toolName: 'now', content: '12' },
      { role: 'user', content: 'stop' },
    ],
  };
  for (const message of [
    "Unexpected role 'user' after role 'tool'",
    'conversation roles must alternate user and assistant roles except for tool calls and results.',
  ])
    assert.deepEqual(roles(refuse(400, { message }, afterTool).body), [
      'user',
      'assistant',
      'tool',
      'assistant',
      'user',
    ]);
});

test('a rejected field is left out, in the words and envelopes of many services', () => {
  const table: readonly [number, unknown, string][] = [
    [
      400,
      { message: 'Malformed input request: #: extraneous key [stream_options] is not permitted' },
      'stream_options',
    ],
    [
      400,
      { error_code: 'BAD_REQUEST', message: 'Model x does not support the temperature parameter.' },
      'temperature',
    ],
    [400, { message: 'Bad request: json: unknown field "stream_options"' }, 'stream_options'],
    [
      400,
      {
        error: 'Received error from databricks-model-serving',
        external_model_message: { message: 'Extra inputs are not permitted: reasoning_effort' },
      },
      'reasoning_effort',
    ],
    [
      400,
      { error: { message: "Extra inputs are not permitted, field: 'stream_options'" } },
      'stream_options',
    ],
    [
      400,
      {
        error:
          "[{'type': 'extra_forbidden', 'loc': ('body', 'stream_options'), 'msg': 'Extra inputs are not permitted', 'input': {'include_usage': True}}]",
      },
      'stream_options',
    ],
    [
      400,
      { error: { message: 'Validation: Unsupported parameter(s): `reasoning_effort`' } },
      'reasoning_effort',
    ],
    [422, 'unknown field `stream_options`, expected one of `messages`, `model` at line 1', 'stream_options'],
    [
      400,
      { error: { message: "property 'stream_options' is unsupported, did you mean 'stream'?" } },
      'stream_options',
    ],
    [
      400,
      {
        error: {
          message: '`reasoning_effort` must be one of `none` or `default`',
          param: 'reasoning_effort',
        },
      },
      'reasoning_effort',
    ],
    [
      400,
      { code: 'Client specified an invalid argument', error: 'Argument not supported: stream_options' },
      'stream_options',
    ],
    [400, { error: 'Model grok-4-0709 does not support parameter reasoningEffort.' }, 'reasoning_effort'],
    [400, { error: 'Argument not supported on this model: topP' }, 'top_p'],
    [
      400,
      {
        message: "stream_options: property 'stream_options' is unsupported",
        param: 'validation_error',
        code: 'wrong_api_format',
      },
      'stream_options',
    ],
    [
      400,
      {
        error: {
          message:
            'litellm.BadRequestError: Azure_aiException - {"error":{"code":"Invalid input","message":"{"detail":[{"type":"extra_forbidden","loc":["body","stream_options","include_usage"],"msg":"Extra inputs are not permitted","input":true}]}","status":422}}. Received Model Group=m\nAvailable Model Group Fallbacks=None',
        },
      },
      'stream_options',
    ],
    [
      400,
      { detail: "Extra parameters ['stream_options'] are not allowed when extra-parameters is not set." },
      'stream_options',
    ],
    [
      400,
      {
        error: {
          message:
            "litellm.UnsupportedParamsError: dashscope does not support parameters: ['reasoning_effort'], for model=m. To drop these, set `litellm.drop_params=True`.",
        },
      },
      'reasoning_effort',
    ],
    [
      400,
      { error: { message: "gpt-5 models don't support temperature=0.2. Only temperature=1 is supported." } },
      'temperature',
    ],
    [400, { error: { message: 'invalid temperature: only 0.6 is allowed for this model' } }, 'temperature'],
    [400, { message: '`temperature` may only be set to 1 when thinking is enabled.' }, 'temperature'],
    [
      400,
      { errors: [{ message: 'Json document validation error: property stream_options is not allowed' }] },
      'stream_options',
    ],
    [
      400,
      { message: "invalid request: 'stream_options' is not a supported parameter for the API" },
      'stream_options',
    ],
    [
      400,
      { error: { message: "The parameter 'stream_options' is not supported by provider 'x'" } },
      'stream_options',
    ],
  ];
  for (const [status, body, field] of table) {
    const refused = refuse(status, body);
    assert.equal(field in refused.body, false, JSON.stringify(body));
    assert.ok('temperature' in refused.body || field === 'temperature', 'no other field');
  }
});

test('settings of the sampling and of the service are left out like any other', () => {
  const request: CompletionRequest = {
    messages: [{ role: 'user', content: 'hi' }],
    topK: 4,
    frequencyPenalty: 0.5,
    presencePenalty: 0.5,
    prediction: 'x',
    serviceTier: 'flex',
  };
  for (const field of ['top_k', 'frequency_penalty', 'presence_penalty', 'prediction', 'service_tier']) {
    const { body } = refuse(400, { error: { message: `${field}: Extra inputs are not permitted` } }, request);
    assert.equal(field in body, false, field);
  }
});

test('an account that affords a shorter answer is asked for one, and nothing is learned of the model', () => {
  const affords = (tokens: number) => ({
    error: {
      message: `This request requires more credits, or fewer max_tokens. You requested up to 16384 tokens, but can only afford ${tokens}. To increase, add more credits`,
      code: 402,
    },
  });
  const enough = refuse(402, affords(8_000));
  assert.deepEqual([enough.adapts, enough.body['max_tokens'], enough.rules], [true, 8_000, {}]);
  const little = refuse(402, affords(222));
  assert.deepEqual([little.adapts, little.kind], [false, 'payment-required']);
});
