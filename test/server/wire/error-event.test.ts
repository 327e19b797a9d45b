/** What of a stream is an error, in any shape; and what is a sound event. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorInEvent } from '../../../server/wire/error-event.ts';

test('an event is an error without a field of that name, unless it is part of an answer', () => {
  for (const event of [
    { object: 'error', message: 'x', code: 400 },
    { type: 'error', message: 'x' },
    { detail: 'x' },
    { detail: [{ msg: 'x' }] },
    { message: 'x' },
    { message: 'x', request_id: 'r' },
    { message: 'x', type: 'BadRequestError' },
    { code: 1008, msg: 'x', data: null },
    { code: 'InvalidParameter', message: 'x' },
    { status: 429, message: 'x' },
    { choices: null, base_resp: { status_code: 1008, status_msg: 'x' } },
    { choices: [], error: { message: 'x' } },
    { choices: [{ delta: { content: 'x' } }], error: { message: 'x' } },
    { success: false, errors: [{ message: 'x' }] },
    { x_groq: { error: 'x' }, choices: [{}] },
  ])
    assert.notEqual(errorInEvent(event), undefined, JSON.stringify(event));
  for (const event of [
    {},
    { id: 'x', choices: [] },
    { choices: [{ delta: {} }], error: { code: 0, message: '' } },
    { choices: [{ delta: {} }], base_resp: { status_code: 0, status_msg: 'success' } },
    { choices: [], usage: { prompt_tokens: 1 } },
    { message: { content: 'x' }, done: false },
    { errors: [], success: true, error: {} },
    { message: 'x', choices: [{ text: 'y' }] },
    { type: 'ping' },
    { type: 'status', message: 'Searching' },
    { status: 'processing', message: 'Queued', position: 3 },
    { type: 'content_block_stop', index: 0 },
  ])
    assert.equal(errorInEvent(event), undefined, JSON.stringify(event));
  assert.notEqual(errorInEvent({ anything: 1 }, 'error'), undefined);
});
