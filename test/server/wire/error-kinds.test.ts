/** What errors mean, in the words of services and gateways that have no code for it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorFromEvent, errorFromResponse } from '../../../server/wire/error-response.ts';
import type { ErrorKind } from '../../../shared/error-policies.ts';
import { errorResponse } from './decoded.ts';

const kindOf = (status: number, message: string, more: object = {}, headers = {}): ErrorKind =>
  errorFromResponse(errorResponse(status, { error: { message, ...more } }, headers)).kind;

test('an account without money, whatever the status is', () => {
  const table: [number, string, object?][] = [
    [400, 'Your credit balance is too low to access the API. Please go to Plans & Billing.'],
    [401, 'Insufficient balance. Manage your billing here'],
    [402, 'x'],
    [403, "Your newly created team doesn't have any credits yet. You can purchase credits on the console."],
    [403, 'The token has insufficient quota', { code: 'insufficient_user_quota' }],
    [403, 'The free tier of the model has been exhausted.', { code: 'AllocationQuota.FreeTierOnly' }],
    [403, 'Key limit exceeded (total limit). Manage it using the page'],
    [400, 'You have reached your specified API usage limits.'],
    [400, 'Access denied, please make sure your account is in good standing.', { code: 'Arrearage' }],
    [429, 'You exceeded your current quota, please check your plan and billing details.'],
    [429, 'Your account org-1 is suspended due to insufficient balance, please recharge your account'],
    [429, '余额不足或无可用资源包,请充值。', { code: '1113' }],
    [429, 'No deployments available - crossed budget: Exceeded budget for provider x'],
    [500, 'Error code: 402 - no'],
    [403, 'not enough balance', { reason: 'NOT_ENOUGH_BALANCE' }],
    [429, 'You have reached your credit limit. Please add a payment method', { type: 'credit_limit' }],
    [402, 'inference prohibited, please enter a payment method or redeem a code'],
    [403, 'The request failed because your account has an overdue balance.', { code: 'AccountOverdueError' }],
    [403, 'Your AWS account has an invalid payment instrument: A valid payment instrument must be provided.'],
    [403, 'This API method requires billing to be enabled. Please enable billing on project #1'],
    [403, 'The gateway requires a valid credit card on file to service requests.'],
    [403, 'This API call can not be completed because the token quota for the project has been reached'],
    [401, 'No payment method. Add a payment method here', { type: 'CreditsError' }],
    [412, 'Usage limit exceeded for the given API key'],
    [412, 'Account x is suspended, possibly due to reaching the monthly spending limit'],
    [
      500,
      'litellm.APIError: XException - {"error":{"message":"Insufficient Balance","code":"invalid_request_error"}}',
    ],
  ];
  for (const [status, message, more] of table)
    assert.equal(kindOf(status, message, more), 'payment-required', message);
  assert.equal(
    errorFromEvent({ base_resp: { status_code: 1008, status_msg: 'insufficient balance' } }).kind,
    'payment-required',
  );
});

test('a limit that ends by itself is no lack of money', () => {
  const google = { code: 429, status: 'RESOURCE_EXHAUSTED' };
  assert.equal(
    kindOf(429, 'You exceeded your current quota, please check your plan and billing details.', google),
    'rate-limited',
  );
  assert.equal(kindOf(429, 'You exceeded your current quota. Please retry in 34.07s.'), 'rate-limited');
  assert.equal(kindOf(429, 'You exceeded your current quota', {}, { 'retry-after': '20' }), 'rate-limited');
  assert.equal(
    kindOf(429, 'Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 requests per day'),
    'rate-limited',
  );
  assert.equal(
    kindOf(429, 'Concurrency limit exceeded for account, please upgrade your plan'),
    'rate-limited',
  );
  assert.equal(kindOf(500, 'Error code: 429 - {"error": {"message": "Too many requests"}}'), 'rate-limited');
  assert.equal(kindOf(403, 'Rate limit exceeded', { code: 'rateLimitExceeded' }), 'rate-limited');
});

test('a service’s own form of an error has its kind', () => {
  const table: [ErrorKind, number, object][] = [
    ['rate-limited', 200, { base_resp: { status_code: 1002, status_msg: 'rate limit' } }],
    [
      'unauthorized',
      200,
      { base_resp: { status_code: 1004, status_msg: 'login fail: Please carry the API key' } },
    ],
    ['rate-limited', 200, { error_code: 18, error_msg: 'Open api qps request limit reached' }],
    ['loading', 424, { message: 'Model is not ready for inference. Wait and try your request again.' }],
    [
      'overloaded',
      424,
      { error: 'Request failed during generation: Server error', error_type: 'generation' },
    ],
    ['unauthorized', 400, { error: { message: 'It has been restricted.', code: 'organization_restricted' } }],
    [
      'unsupported-request',
      400,
      { message: 'Invocation of model ID x with on-demand throughput isn’t supported. Retry your request.' },
    ],
  ];
  for (const [kind, status, body] of table)
    assert.equal(errorFromResponse(errorResponse(status, body)).kind, kind, JSON.stringify(body));
});

test('a prompt that is too long, in the words of services and engines', () => {
  const table: [number, string][] = [
    [400, 'Input is too long for requested model.'],
    [400, 'the request exceeds the available context size, try increasing it'],
    [400, 'This model’s maximum prompt length is 131072 but the request contains 170000 tokens.'],
    [400, 'Your input exceeds the context window of this model.'],
    [400, 'prompt too long; exceeded max context length by 123 tokens'],
    [400, 'too many tokens: size limit exceeded by 12 tokens. The limit for this model is 128000 tokens.'],
    [400, 'Invalid request: Your request exceeded model token limit: 131072 (requested: 140000)'],
    [400, 'Range of input length should be [1, 30720]'],
    [413, 'Request body too large for gpt-4o model. Max size: 8000 tokens.'],
    [422, 'Input validation error: `inputs` must have less than 4095 tokens. Given: 9000'],
    [429, 'Request too large for m in organization o on tokens per min (TPM): Limit 10000, Requested 12000.'],
    [500, 'The decoder prompt (length 9000) is longer than the maximum model length of 8192.'],
    [
      400,
      'Trying to keep the first 9000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens',
    ],
  ];
  for (const [status, message] of table) assert.equal(kindOf(status, message), 'context-too-long', message);
  const event = {
    type: 'error',
    error: { type: 'invalid_request_error', message: 'prompt is too long: 213423 tokens > 200000 maximum' },
  };
  assert.equal(errorFromEvent(event).kind, 'context-too-long');
});

test('keys, models and filters that a gateway has no code for', () => {
  assert.equal(kindOf(400, 'Incorrect API key provided: abc'), 'unauthorized');
  assert.equal(kindOf(400, 'API key not valid. Please pass a valid API key.'), 'unauthorized');
  assert.equal(kindOf(400, 'Invalid model name passed in model=x. Call `/v1/models`'), 'model-not-found');
  assert.equal(kindOf(400, 'foo/bar is not a valid model ID'), 'model-not-found');
  assert.equal(
    kindOf(400, 'The model `x` has been decommissioned and is no longer supported.'),
    'model-not-found',
  );
  assert.equal(
    kindOf(400, 'The response was filtered due to the prompt triggering content management policy.'),
    'content-filtered',
  );
  assert.equal(
    kindOf(403, 'Your chosen model requires moderation and your input was flagged for "violence"'),
    'content-filtered',
  );
  assert.equal(
    kindOf(400, 'Output data may contain inappropriate content.', { code: 'data_inspection_failed' }),
    'content-filtered',
  );
  assert.equal(kindOf(400, 'temperature must be positive'), 'invalid-request');
  assert.equal(kindOf(422, 'Unprocessable'), 'invalid-request');
});
