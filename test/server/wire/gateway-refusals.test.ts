/** What real gateways answered when the service behind them refused; recorded by `npm run test:gateways`. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { errorFromResponse } from '../../../server/wire/error-response.ts';
import { upstreamMessage } from '../../../server/wire/gateway-prose.ts';
import type { ErrorKind } from '../../../shared/error-policies.ts';
import { errorPolicies } from '../../../shared/error-policies.ts';

type Refusal = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
};

const refusals = JSON.parse(
  readFileSync(new URL('../../fixtures/gateways/refusals.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, Readonly<Record<string, Refusal>>>>;

const read = (gateway: string, name: string, ageMs = 500) => {
  const refusal = refusals[gateway]?.[name];
  assert.ok(refusal, `${gateway}: ${name}`);
  const { status, headers, body } = refusal;
  const now = Date.parse(headers['llm_provider-date'] ?? headers['date'] ?? '') + ageMs;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return errorFromResponse({ status, headers, body: text }, now);
};

const kinds: Readonly<Record<string, ErrorKind>> = {
  'model gone': 'model-not-found',
  'unknown model': 'model-not-found',
  'unknown model without a wildcard': 'model-not-found',
  'model without its prefix': 'model-not-found',
  'rate limit': 'rate-limited',
  'rate limit in milliseconds': 'rate-limited',
  'rate limit until a date': 'rate-limited',
  'rate limit without a wait': 'rate-limited',
  'all deployments cool down': 'rate-limited',
  'quota used up': 'payment-required',
  'no balance': 'payment-required',
  'over budget': 'payment-required',
  'wrong upstream key': 'unauthorized',
  'no proxy key': 'unauthorized',
  'wrong proxy key': 'unauthorized',
  'forbidden region': 'unauthorized',
  'prompt too long': 'context-too-long',
  filtered: 'content-filtered',
  'filtered by a safety system': 'content-filtered',
  'unsupported field': 'invalid-request',
  'fixed temperature': 'invalid-request',
  'output limit': 'invalid-request',
  'no provider header': 'bad-response',
  failure: 'overloaded',
  'web page': 'overloaded',
  overloaded: 'overloaded',
  'overloaded 529': 'overloaded',
  'connection reset': 'overloaded',
  'empty answer': 'overloaded',
  'workers ruled out': 'overloaded',
  'Anthropic: no credit': 'payment-required',
  'Anthropic: prompt too long': 'context-too-long',
  'Anthropic: overloaded': 'overloaded',
  'Anthropic: rate limit': 'rate-limited',
  'Anthropic: model gone': 'model-not-found',
  'Anthropic: wrong upstream key': 'unauthorized',
  'Gemini: rate limit': 'rate-limited',
  'Gemini: wrong upstream key': 'unauthorized',
  'Gemini: model gone': 'model-not-found',
  'Gemini: overloaded': 'overloaded',
  'DeepSeek: no balance': 'payment-required',
  'OpenRouter: no credit': 'payment-required',
  'OpenRouter: rate limit': 'rate-limited',
};

test('a refusal behind a gateway has the kind that the service meant', () => {
  for (const [gateway, ofGateway] of Object.entries(refusals))
    for (const name of Object.keys(ofGateway))
      assert.equal(read(gateway, name).kind, kinds[name], `${gateway}: ${name}`);
});

test('where another provider helps, a gateway’s refusal does not end the request', () => {
  for (const name of ['unknown model', 'over budget', 'quota used up', 'no balance', 'wrong proxy key'])
    assert.equal(errorPolicies[read('litellm', name).kind].fallback, true, name);
});

test('the message is the reason of the service, without the words of gateways around it', () => {
  for (const [gateway, ofGateway] of Object.entries(refusals))
    for (const name of Object.keys(ofGateway)) {
      const { message } = read(gateway, name);
      assert.doesNotMatch(message, /litellm\.|LiteLLM|Exception|All variants|openai error|[a-z]Error:/, name);
    }
  assert.match(read('litellm', 'failure').message, /: The server had an error while processing/);
  assert.match(read('portkey', 'failure').message, /: The server had an error while processing/);
  assert.match(read('tensorzero', 'failure').message, /: The server had an error while processing/);
  assert.match(read('litellm', 'prompt too long').message, /9,000 tokens and the model accepts 8,192/);
});

test('LiteLLM’s prose in other versions, layers and vendors', () => {
  const table: readonly (readonly [string, string])[] = [
    [
      'litellm.RateLimitError: AnthropicException - Slow down.. Received Model Group=opus\nAvailable Model Group Fallbacks=None',
      'Slow down',
    ],
    [
      'litellm.ServiceUnavailableError: litellm.MidStreamFallbackError: litellm.APIConnectionError: APIConnectionError: OpenAIException - Stream ended LiteLLM Retried: 2 times, LiteLLM Max Retries: 3',
      'Stream ended',
    ],
    ['litellm.BadRequestError: VertexAIException BadRequestError - Too many images', 'Too many images'],
    [
      'litellm.APIError: no luck No fallback model group found for original model_group=x. Fallbacks=[{"y": ["z"]}]',
      'no luck',
    ],
    ['TypeError: x is not a function', 'TypeError: x is not a function'],
    ['The model group is empty.', 'The model group is empty.'],
    ['litellm.Timeout: ', 'litellm.Timeout: '],
  ];
  for (const [message, reason] of table) assert.equal(upstreamMessage(message).text, reason);
  const inJson = `litellm.BadRequestError: AnthropicException - {"type":"error","error":{"type":"invalid_request_error","message":"messages: roles must alternate"}}\n\nLiteLLM: model group 'x' failed with the error above. Fallbacks: [{"a": ["b"]}]`;
  const error = errorFromResponse({
    status: 400,
    headers: {},
    body: JSON.stringify({ error: { message: inJson, code: '400' } }),
  });
  assert.match(error.message, /: messages: roles must alternate\.$/);
});

test('the exceptions that LiteLLM names tell the kind where its code is lost', () => {
  const kindOf = (message: string) =>
    errorFromResponse({ status: 400, headers: {}, body: JSON.stringify({ error: { message, code: '400' } }) })
      .kind;
  assert.equal(
    kindOf(
      'litellm.ContextWindowExceededError: litellm.BadRequestError: ContextWindowExceededError: XException - no',
    ),
    'context-too-long',
  );
  assert.equal(kindOf('litellm.ContentPolicyViolationError: AzureException - no'), 'content-filtered');
});

test('a wait behind LiteLLM counts from when the service answered', () => {
  assert.equal(read('litellm', 'rate limit', 500).data.retryAfterMs, 37_000);
  assert.equal(read('litellm', 'rate limit in milliseconds').data.retryAfterMs, 1_500);
  assert.equal(read('litellm', 'rate limit until a date').data.retryAfterMs, 120_000);
  assert.equal(read('litellm', 'overloaded').data.retryAfterMs, 7_000);
  assert.equal(read('litellm', 'all deployments cool down').data.retryAfterMs, 2_000);
  assert.equal(read('litellm', 'Anthropic: rate limit').data.retryAfterMs, 21_000);
  assert.equal(read('litellm', 'Gemini: rate limit').data.retryAfterMs, 34_074);
});

test('what a service behind a gateway refuses is distinguished from what the gateway refuses', () => {
  const behind = (gateway: string, name: string) => read(gateway, name).data.behindGateway;
  for (const name of ['wrong upstream key', 'quota used up', 'over budget', 'failure'])
    assert.equal(behind('litellm', name), true, name);
  for (const name of ['wrong proxy key', 'no proxy key', 'all deployments cool down'])
    assert.equal(behind('litellm', name), undefined, name);
  assert.equal(behind('tensorzero', 'wrong upstream key'), true);
  // It passes the user's own key on.
  assert.equal(behind('portkey', 'wrong upstream key'), undefined);
  assert.match(read('litellm', 'wrong upstream key').message, /the gateway’s own key/);
  assert.match(String(read('tensorzero', 'wrong upstream key').data.action), /gateway’s own configuration/);
  const ownBudget = { error: { message: 'ExceededBudget: Key over 1d budget.', type: 'budget_exceeded' } };
  const error = errorFromResponse({ status: 429, headers: {}, body: JSON.stringify(ownBudget) });
  assert.deepEqual([error.kind, error.data.behindGateway], ['payment-required', undefined]);
});

test('a body that LiteLLM shows as Python’s bytes is read with its letters and line ends', () => {
  const message = String.raw`litellm.BadRequestError: AnthropicException - b'{"error":{"message":"It\'s the caf\xc3\xa9\xe2\x80\x99s:\\n\\"a\\" failed"}}'`;
  const error = errorFromResponse({ status: 400, headers: {}, body: JSON.stringify({ error: { message } }) });
  assert.match(error.message, /: It's the café’s: "a" failed\.$/);
});
