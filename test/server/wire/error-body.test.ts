/** The reason of an error, wherever services and gateways put it; and what is no error. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseErrorText, parseErrorValue, reportsError } from '../../../server/wire/error-body.ts';

const inner = { error: { message: 'The cart is full', type: 'cart_error', code: 'cart_full' } };

test('the sentence is found in every envelope', () => {
  const bodies: (object | string)[] = [
    inner,
    [inner],
    { errors: [{ code: 5007, message: 'The cart is full' }], success: false },
    { error: 'The cart is full' },
    { error: { error: { error: 'The cart is full' } } },
    { message: 'The cart is full' },
    { Message: 'The cart is full', __type: 'CartException' },
    { detail: 'The cart is full' },
    { detail: { error: { message: 'The cart is full' } } },
    { error: { message: { error: { message: 'The cart is full' } } } },
    { error: { message: JSON.stringify(inner) } },
    { error: { message: `litellm.BadRequestError: XException - ${JSON.stringify(inner)}` } },
    { error: { message: `XException - b'${JSON.stringify(inner)}'` } },
    { error: { message: "Error code: 400 - {'error': {'message': 'The cart is full', 'param': None}}" } },
    { error: { message: 'Provider returned error', code: 400, metadata: { raw: JSON.stringify(inner) } } },
    { error: { message: 'Provider returned error', code: 400, metadata: { raw: 'The cart is full' } } },
    { error: { message: 'Param Incorrect', param: 'The cart is full' } },
    { base_resp: { status_code: 1008, status_msg: 'The cart is full' } },
    { code: 1008, msg: 'The cart is full', data: null },
    { errcode: 7, errmsg: 'The cart is full' },
    { error: 'cart_error', error_description: 'The cart is full' },
    { status: { code: 3, description: 'The cart is full' } },
    { type: 'error', error: { details: null, type: 'x', message: 'The cart is full' } },
    { fault: { faultstring: 'The cart is full', detail: { errorcode: 'x' } } },
    `data: ${JSON.stringify(inner)}\n\n`,
    `event: error\ndata: ${JSON.stringify(inner)}\n\ndata: [DONE]\n\n`,
    `\uFEFF${JSON.stringify(inner)}`,
    'The cart is full',
  ];
  for (const body of bodies) {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    assert.equal(parseErrorText(text).message, 'The cart is full', text);
  }
});

test('a list of faults names the fields, and nothing of the request', () => {
  const detail = [
    {
      type: 'missing',
      loc: ['body', 'messages', 0, 'name'],
      msg: 'Field required',
      input: { message: 'secret' },
    },
    { type: 'extra_forbidden', loc: ['body', 'seed'], msg: 'Extra inputs are not permitted', input: 7 },
  ];
  const { message, params, codes } = parseErrorValue({ detail });
  assert.equal(message, 'messages.0.name: Field required; seed: Extra inputs are not permitted');
  assert.deepEqual(params, ['messages.0.name', 'seed']);
  assert.deepEqual(codes, ['missing', 'extra_forbidden']);
});

test('codes and statuses are found at any depth', () => {
  const { codes, status } = parseErrorValue({ error: { message: JSON.stringify(inner), code: '429' } });
  assert.deepEqual(codes, ['cart_error', 'cart_full', '429']);
  assert.equal(status, 429);
  assert.equal(parseErrorText('Error code: 402 - no').status, 402);
});

test('an object that reports nothing is no error', () => {
  for (const value of [
    null,
    undefined,
    false,
    0,
    '',
    'none',
    {},
    [],
    [{}],
    { code: 0, message: '' },
    { code: '0' },
    { code: 200, message: 'OK' },
    { code: null, type: null, param: null, message: null },
    { message: '', request_id: 'r1' },
  ])
    assert.equal(reportsError(value), false, JSON.stringify(value));
  for (const value of [true, 'x', 7, { code: 7 }, { message: 'x' }, { anything: 'x' }, [{ message: 'x' }]])
    assert.equal(reportsError(value), true, JSON.stringify(value));
});

test('no body makes the reader throw or run long', () => {
  let nested: unknown = inner;
  for (let index = 0; index < 500; index++)
    nested = { error: { message: JSON.stringify(nested).slice(0, 60_000) } };
  const bodies = [
    '{'.repeat(60_000),
    '['.repeat(60_000),
    `"${'\\'.repeat(30_000)}`,
    "{'".repeat(20_000),
    JSON.stringify(nested),
  ];
  for (const body of bodies) {
    const before = performance.now();
    assert.ok(parseErrorText(body).message.length <= 240);
    assert.ok(performance.now() - before < 500, body.slice(0, 20));
  }
});
