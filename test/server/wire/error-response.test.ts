/** Every line of the vendors' tables of errors: which kind it is, and what the user reads. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anthropicMessages } from '../../../server/wire/anthropic-messages.ts';
import { errorFromResponse } from '../../../server/wire/error-response.ts';
import { geminiGenerateContent } from '../../../server/wire/gemini-generate-content.ts';
import { openaiChat } from '../../../server/wire/openai-chat.ts';
import type { ErrorKind } from '../../../shared/error-policies.ts';
import { errorResponse, recording } from './decoded.ts';

const openai = openaiChat();

const recorded = (name: string) => {
  const { status, headers, body } = recording(`llama-cpp/${name}.json`).response;
  return openai.toError(errorResponse(status, body as object, headers));
};

test('llama-server: each recorded error has its kind and message', () => {
  const table: [string, ErrorKind, string][] = [
    ['auth-wrong-chat', 'unauthorized', 'The API key was refused.'],
    ['err-404', 'model-not-found', 'The service has neither this model nor this address (HTTP 404).'],
    ['err-context', 'context-too-long', 'The request needs 1,519 tokens and the model accepts 512.'],
    [
      'err-empty-body',
      'invalid-request',
      "The service did not accept the request (HTTP 400): 'messages' is required.",
    ],
    [
      'err-bad-grammar',
      'invalid-request',
      'The service did not accept the request (HTTP 400): Failed to initialize samplers: failed to parse grammar.',
    ],
    [
      'err-image',
      'unsupported-request',
      'The model cannot do what the request needs: image input is not supported - hint: if this is unexpected, you may need to provide the mmproj.',
    ],
    [
      'err-embeddings-disabled',
      'unsupported-request',
      'The model cannot do what the request needs: This server does not support embeddings. Start it with `--embeddings`.',
    ],
    ['loading-chat', 'loading', 'The model is still loading.'],
    [
      'router-chat-unknown',
      'model-not-found',
      "The service does not have this model: model 'nope' not found.",
    ],
    [
      'router-chat-nomodel',
      'invalid-request',
      'The service did not accept the request (HTTP 400): model name is missing from the request.',
    ],
    [
      'router-chat-broken',
      'overloaded',
      'The service is overloaded or failing (HTTP 500): model name=broken failed to load.',
    ],
  ];
  for (const [name, kind, message] of table) {
    const error = recorded(name);
    assert.equal(error.kind, kind, name);
    assert.equal(error.message, message, name);
  }
  assert.equal(recorded('err-bad-json').kind, 'invalid-request');
});

const openAiError = (message: string, type: string, code: string | null = null) => ({
  error: { message, type, param: null, code },
});

test('OpenAI: each documented error has its kind', () => {
  const table: [number, object, ErrorKind][] = [
    [400, openAiError('too long', 'invalid_request_error', 'context_length_exceeded'), 'context-too-long'],
    [
      400,
      openAiError("Unsupported parameter: 'x'", 'invalid_request_error', 'unsupported_parameter'),
      'invalid-request',
    ],
    [400, openAiError('policy', 'invalid_request_error', 'content_policy_violation'), 'content-filtered'],
    [400, openAiError('filtered', 'invalid_request_error', 'content_filter'), 'content-filtered'],
    [401, openAiError('Incorrect API key', 'invalid_request_error', 'invalid_api_key'), 'unauthorized'],
    [403, openAiError('Country not supported', 'request_forbidden', 'unsupported_country'), 'unauthorized'],
    [
      404,
      openAiError('The model `x` does not exist', 'invalid_request_error', 'model_not_found'),
      'model-not-found',
    ],
    [429, openAiError('Rate limit', 'requests', 'rate_limit_exceeded'), 'rate-limited'],
    [429, openAiError('Rate limit', 'tokens', 'rate_limit_exceeded'), 'rate-limited'],
    [
      429,
      openAiError('You exceeded your quota', 'insufficient_quota', 'insufficient_quota'),
      'payment-required',
    ],
    [402, openAiError('Pay', 'billing'), 'payment-required'],
    [413, openAiError('Request too large', 'tokens', 'rate_limit_exceeded'), 'context-too-long'],
    [422, openAiError('Unprocessable', 'invalid_request_error'), 'invalid-request'],
    [498, openAiError('Flex capacity', 'capacity', 'capacity_exceeded'), 'overloaded'],
    ...[408, 409, 499, 500, 502, 503, 504, 520, 529].map((status): [number, object, ErrorKind] => [
      status,
      openAiError('failed', 'server_error'),
      'overloaded',
    ]),
  ];
  for (const [status, body, kind] of table) {
    const error = openai.toError(errorResponse(status, body));
    assert.equal(error.kind, kind, `${status} ${JSON.stringify(body)}`);
    assert.equal(error.data.status, status);
  }
});

const anthropicError = (type: string, message = type, details?: object) => ({
  type: 'error',
  error: { type, message, ...(details ? { details } : {}) },
  request_id: 'req_1',
});

test('Anthropic: each documented error has its kind', () => {
  const table: [number, object, ErrorKind][] = [
    [400, anthropicError('invalid_request_error'), 'invalid-request'],
    [
      400,
      anthropicError('invalid_request_error', 'prompt is too long: 213423 tokens > 200000 maximum'),
      'context-too-long',
    ],
    [401, anthropicError('authentication_error'), 'unauthorized'],
    [402, anthropicError('billing_error'), 'payment-required'],
    [403, anthropicError('permission_error'), 'unauthorized'],
    [404, anthropicError('not_found_error', 'model: claude-x'), 'model-not-found'],
    [409, anthropicError('conflict_error'), 'overloaded'],
    [413, anthropicError('request_too_large'), 'context-too-long'],
    [429, anthropicError('rate_limit_error'), 'rate-limited'],
    [429, anthropicError('rate_limit_error', 'x', { error_code: 'ramp_limit_exceeded' }), 'rate-limited'],
    [
      429,
      anthropicError('rate_limit_error', 'x', { error_code: 'contract_spend_limit_reached' }),
      'payment-required',
    ],
    [
      429,
      anthropicError('rate_limit_error', 'x', { error_code: 'enforced_spend_limit_reached' }),
      'payment-required',
    ],
    [
      403,
      anthropicError('permission_error', 'x', { error_code: 'organization_on_hold' }),
      'payment-required',
    ],
    [500, anthropicError('api_error'), 'overloaded'],
    [504, anthropicError('timeout_error'), 'overloaded'],
    [529, anthropicError('overloaded_error'), 'overloaded'],
  ];
  for (const [status, body, kind] of table) {
    assert.equal(
      anthropicMessages.toError(errorResponse(status, body)).kind,
      kind,
      `${status} ${JSON.stringify(body)}`,
    );
  }
});

const geminiError = (code: number, status: string, message = status, details: object[] = []) => ({
  error: { code, message, status, details },
});
const detail = (type: string, fields: object) => ({
  '@type': `type.googleapis.com/google.rpc.${type}`,
  ...fields,
});

test('Gemini: each documented error has its kind', () => {
  const tooLong = 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).';
  const table: [number, object, ErrorKind][] = [
    [400, geminiError(400, 'INVALID_ARGUMENT'), 'invalid-request'],
    [
      400,
      geminiError(400, 'INVALID_ARGUMENT', 'API key not valid.', [
        detail('ErrorInfo', { reason: 'API_KEY_INVALID', domain: 'googleapis.com' }),
      ]),
      'unauthorized',
    ],
    [400, geminiError(400, 'INVALID_ARGUMENT', tooLong), 'context-too-long'],
    [400, geminiError(400, 'FAILED_PRECONDITION'), 'invalid-request'],
    [400, geminiError(400, 'OUT_OF_RANGE'), 'invalid-request'],
    [401, geminiError(401, 'UNAUTHENTICATED'), 'unauthorized'],
    [403, geminiError(403, 'PERMISSION_DENIED'), 'unauthorized'],
    [404, geminiError(404, 'NOT_FOUND', 'models/x is not found for API version v1beta'), 'model-not-found'],
    [409, geminiError(409, 'ABORTED'), 'overloaded'],
    [429, geminiError(429, 'RESOURCE_EXHAUSTED'), 'rate-limited'],
    [
      429,
      geminiError(429, 'RESOURCE_EXHAUSTED', 'x', [
        detail('ErrorInfo', { reason: 'MODEL_CAPACITY_EXHAUSTED' }),
      ]),
      'overloaded',
    ],
    [500, geminiError(500, 'INTERNAL'), 'overloaded'],
    [503, geminiError(503, 'UNAVAILABLE', 'The model is overloaded.'), 'overloaded'],
    [504, geminiError(504, 'DEADLINE_EXCEEDED'), 'overloaded'],
  ];
  for (const [status, body, kind] of table) {
    assert.equal(
      geminiGenerateContent.toError(errorResponse(status, body)).kind,
      kind,
      `${status} ${JSON.stringify(body)}`,
    );
  }
});

test('Gemini: the wait is in the body, and a daily quota resets at midnight Pacific time', () => {
  const retry = detail('RetryInfo', { retryDelay: '0.847655010s' });
  const perMinute = detail('QuotaFailure', { violations: [{ quotaId: 'RequestsPerMinutePerProject' }] });
  const perDay = detail('QuotaFailure', {
    violations: [{ quotaId: 'GenerateRequestsPerDayPerProject-FreeTier' }],
  });
  // 22:30 in California.
  const now = Date.parse('2026-11-21T06:30:00Z');
  const waitOf = (details: object[]) =>
    errorFromResponse(errorResponse(429, geminiError(429, 'RESOURCE_EXHAUSTED', 'x', details)), now).data
      .retryAfterMs;
  assert.equal(waitOf([perMinute, retry]), 848);
  assert.equal(waitOf([perDay, retry]), 5_400_000);
  assert.equal(waitOf([]), undefined);
});

test('a prompt that is too long is reported with both numbers, in every service’s wording', () => {
  const messages: [string, string][] = [
    ['prompt is too long: 213423 tokens > 200000 maximum', '213,423 tokens and the model accepts 200,000'],
    [
      'The input token count (1,200,000) exceeds the maximum number of tokens allowed (1048576).',
      '1,200,000 tokens and the model accepts 1,048,576',
    ],
    [
      "This model's maximum context length is 8192 tokens. However, you requested 9001 tokens (8000 in the messages, 1001 in the completion).",
      '9,001 tokens and the model accepts 8,192',
    ],
  ];
  for (const [message, expected] of messages) {
    const error = openai.toError(errorResponse(400, openAiError(message, 'invalid_request_error')));
    assert.equal(error.kind, 'context-too-long', message);
    assert.equal(error.message, `The request needs ${expected}.`);
  }
  const silent = openai.toError(errorResponse(400, openAiError('x', 'x', 'context_length_exceeded')));
  assert.equal(silent.message, 'The request is longer than the model’s context.');
});

test('a rate limit names its reset', () => {
  const refused = (headers: Record<string, string>) => openai.toError(errorResponse(429, '', headers));
  assert.equal(refused({ 'retry-after': '37' }).message, 'The rate limit is reached; it resets in 37 s.');
  assert.equal(refused({ 'retry-after': '37' }).data.retryAfterMs, 37_000);
  assert.equal(refused({ 'retry-after': '600' }).message, 'The rate limit is reached; it resets in 10 min.');
  assert.equal(refused({}).message, 'The rate limit is reached.');
  assert.equal(refused({}).data.retryAfterMs, undefined);
});

test('only transient errors carry a wait', () => {
  const waitOf = (status: number) =>
    openai.toError(errorResponse(status, '', { 'retry-after': '2' })).data.retryAfterMs;
  assert.equal(waitOf(503), 2_000);
  assert.equal(waitOf(529), 2_000);
  assert.equal(waitOf(401), undefined);
});

test('bodies of any shape become an error', () => {
  const sentence = (body: string | object) => openai.toError(errorResponse(500, body)).message;
  const failing = 'The service is overloaded or failing (HTTP 500)';
  assert.equal(sentence(''), `${failing}.`);
  assert.equal(sentence('<html><title>502 Bad Gateway</title></html>'), `${failing}.`);
  assert.equal(
    sentence('  unable to load runner:\n  no memory '),
    `${failing}: unable to load runner: no memory.`,
  );
  assert.equal(sentence({ code: 'internal', error: 'text' }), `${failing}: text.`);
  assert.equal(sentence({ object: 'error', message: 'flat', type: 'x', code: 500 }), `${failing}: flat.`);
  assert.equal(sentence({ detail: 'why' }), `${failing}: why.`);
  assert.equal(sentence([{ error: { code: 500, message: 'first' } }]), `${failing}: first.`);
  assert.equal(sentence({ error: { message: { deep: true } } }), `${failing}.`);
  for (const odd of ['null', '7', '[]', '{"error":null}', '{"error":[]}', '{"details":[null,7]}'])
    assert.equal(sentence(odd), `${failing}.`, odd);
  assert.equal(sentence('"quoted"'), `${failing}: quoted.`);
  assert.ok(sentence('x '.repeat(500)).length < 320);
});

test('part of a key that a service echoes is not shown', () => {
  const echo = 'Incorrect API key provided: sk-proj-ab************wxYZ.';
  assert.equal(
    openai.toError(errorResponse(401, openAiError(echo, 'invalid_request_error', 'invalid_api_key'))).message,
    'The API key was refused.',
  );
  for (const key of ['sk-proj-abcDEF123', 'xai-abcdef1234', 'gsk_abcdef1234', 'AIzaSyA1234567', 'ab***yz']) {
    const { message } = openai.toError(errorResponse(400, openAiError(`The key ${key} is bad.`, 'x')));
    assert.equal(message, 'The service did not accept the request (HTTP 400): The key ••• is bad.');
  }
});

test('an error inside a 200 is read by its own code', () => {
  const kindOf = (body: object) => openai.toError(errorResponse(200, body)).kind;
  assert.equal(kindOf(openAiError('x', 'insufficient_quota')), 'payment-required');
  assert.equal(kindOf({ error: { code: 429, message: 'x' } }), 'rate-limited');
  assert.equal(
    kindOf({ error: { code: 400, message: 'x', type: 'invalid_request_error' } }),
    'invalid-request',
  );
  assert.equal(kindOf({ error: 'something' }), 'overloaded');
});
