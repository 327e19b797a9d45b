/** Requests whose parts do not fit together: one sentence each that names the place, before anything is sent. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasReferenceLoop } from '../../../server/orchestration/schema-references.ts';
import { validateRequest } from '../../../server/orchestration/validate-request.ts';
import { RumboError } from '../../../shared/errors.ts';

function faultOf(request: object): string | undefined {
  try {
    validateRequest(request);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof RumboError && error.kind === 'invalid-request' && error.data.action);
    return error.message;
  }
}
const user = (...content: readonly object[]) => ({ messages: [{ role: 'user', content }] });
const base64 = (bytes: string) => Buffer.from(bytes, 'latin1').toString('base64');
const png = base64('\x89PNG\r\n\x1a\n....');
const image = (data: string, mediaType = 'image/png') => ({ type: 'image', mediaType, data });

test('broken base64 is refused with the path of the part', () => {
  assert.match(faultOf(user(image('not base64!'))) ?? '', /messages\.0\.content\.0\.data/);
});

test('a picture of 50 MB and pictures of 70 MB together are refused by their size', () => {
  const bytes = (size: number) => image(Buffer.alloc(size).toString('base64'));
  assert.equal(
    faultOf(user({ type: 'text', text: 'look' }, bytes(50_000_000))),
    'messages.0.content.1 has 50 MB; a picture, document or sound may have 32 MB.',
  );
  const part = bytes(23_400_000);
  assert.equal(
    faultOf(user(part, part, part)),
    'The pictures, documents and sounds of this request have 70.2 MB together; 64 MB are possible.',
  );
  assert.equal(faultOf(user(part)), undefined);
});

test('bytes that are another format than stated are refused, unknown ones are not', () => {
  const isRefused = (data: string, mediaType: string) => faultOf(user(image(base64(data), mediaType)));
  assert.equal(
    isRefused('\xff\xd8\xff\xe0\0\x10JFIF', 'image/png'),
    'messages.0.content.0 is marked as image/png, and its bytes are image/jpeg.',
  );
  assert.match(isRefused('RIFF....WEBPVP8 ', 'image/gif') ?? '', /image\/webp/);
  assert.match(isRefused('RIFF....WAVEfmt ', 'image/webp') ?? '', /audio\/wav/);
  assert.equal(isRefused('RIFF....WEBPVP8 ', 'image/webp'), undefined);
  assert.equal(isRefused('what is this', 'image/png'), undefined);
  const pdf = { type: 'document', mediaType: 'application/pdf', data: png };
  assert.match(faultOf(user(pdf)) ?? '', /application\/pdf, and its bytes are image\/png/);
  assert.match(faultOf(user(image(''))) ?? '', /messages\.0\.content\.0 is empty/);
});

test('a picture, a document or a sound alone is something to ask', () => {
  assert.equal(faultOf(user(image(png))), undefined);
  assert.equal(faultOf(user({ type: 'document', url: 'https://a.example/a.pdf' })), undefined);
  assert.match(faultOf(user({ type: 'text', text: ' ' })) ?? '', /no user message/);
});

test('a tool result needs the call before it', () => {
  const call = { id: 'c1', name: 'look', input: '{}' };
  const result = { role: 'tool', toolCallId: 'c1', toolName: 'look', content: 'x' };
  const question = { role: 'user', content: 'hi' };
  assert.equal(
    faultOf({ messages: [question, result] }),
    'messages.1 is the result of the tool call "c1", and no answer before it has that call.',
  );
  for (const answer of [
    { role: 'assistant', content: '', toolCalls: [call] },
    { role: 'assistant', content: [{ type: 'tool-call', ...call }] },
  ])
    assert.equal(faultOf({ messages: [question, answer, result] }), undefined);
});

test('2,000 tools, and two of one name, are refused', () => {
  const tool = (name: string, more = {}) => ({ name, inputSchema: { type: 'object' }, ...more });
  const many = Array.from({ length: 2_000 }, (_, index) => tool(`tool${index}`));
  assert.match(faultOf({ prompt: 'hi', tools: many }) ?? '', /^The request has 2000 tools, .* 1024\.$/);
  assert.equal(
    faultOf({ prompt: 'hi', tools: [tool('a'), tool('a')] }),
    'Two tools of the request are named "a".',
  );
  const spaced = [tool('a'), tool('a', { namespace: 'x' }), tool('a', { namespace: 'y' })];
  assert.equal(faultOf({ prompt: 'hi', tools: spaced }), undefined);
});

test('a schema whose references lead back to themselves is refused; one that recurs within a value is not', () => {
  const loop = {
    $ref: '#/$defs/a',
    $defs: { a: { anyOf: [{ $ref: '#/$defs/b' }] }, b: { $ref: '#/$defs/a' } },
  };
  const tree = {
    type: 'object',
    properties: { child: { $ref: '#' }, other: { $ref: '#/$defs/a~1b' } },
    $defs: { 'a/b': { type: 'object', properties: { next: { $ref: '#/$defs/a~1b' } } } },
  };
  assert.match(
    faultOf({ prompt: 'hi', tools: [{ name: 'a', inputSchema: loop }] }) ?? '',
    /^tools\.0\.inputSchema, of a, has references that lead back to themselves\.$/,
  );
  assert.match(
    faultOf({ prompt: 'hi', responseFormat: { type: 'json', schema: loop } }) ?? '',
    /^responseFormat\.schema/,
  );
  assert.equal(faultOf({ prompt: 'hi', tools: [{ name: 'a', inputSchema: tree }] }), undefined);
  assert.equal(hasReferenceLoop({ $ref: '#/nowhere' }), false);
  assert.equal(hasReferenceLoop({ $ref: 'https://a.example/schema' }), false);
});

test('references that branch at each of many steps are followed once', () => {
  const steps = Array.from({ length: 60 }, (_, step) => {
    const $ref = `#/$defs/s${step + 1}`;
    return [`s${step}`, { anyOf: [{ $ref }, { $ref }, { $ref }] }] as const;
  });
  const startedAt = performance.now();
  assert.equal(hasReferenceLoop({ $ref: '#/$defs/s0', $defs: Object.fromEntries(steps) }), false);
  assert.ok(performance.now() - startedAt < 1_000);
});
