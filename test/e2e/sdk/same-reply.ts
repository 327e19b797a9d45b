/** One reply that shows everything, and what our own reader makes of it, to be compared with an official SDK. */
import assert from 'node:assert/strict';
import { parseEvents } from '../../../server/platform/event-stream.ts';
import type { StreamFormat, WireFormat, WireRequest } from '../../../server/wire/wire-format.ts';
import type { CompletionRequest, EnginePart } from '../../../shared/chat.ts';
import type { FakeProvider, FakeReply } from '../../support/fake-providers/fake-provider.ts';

export const key = 'test-key-of-sdk-checks';

/** UTF-8 of all lengths, white space at both ends of words. */
export const reply: FakeReply = {
  reasoning: 'The user greets. ',
  text: '¡Hola 👋! \n¿Qué tal? ',
  usage: { input: 120, cachedRead: 100, output: 30, reasoning: 18 },
};

export const usage = { input: 120, cachedRead: 100, cacheWrite: 0, output: 30, reasoning: 18 };

export const weatherCall = { id: 'call_weather', name: 'get_weather', input: '{"city":"Lima — Perú"}' };
export const callReply: FakeReply = { text: '', toolCalls: [weatherCall] };

export const weatherSchema = {
  type: 'object' as const,
  properties: { city: { type: 'string' } },
  required: ['city'],
};

/** A picture of one pixel. */
export const picture = {
  mediaType: 'image/png' as const,
  data: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
};

type Way = { readonly below?: string; readonly headers?: Readonly<Record<string, string>> };

/** Every part our reader finds in the fake's answer to a chat. */
export function ourParts(
  fake: FakeProvider,
  wire: WireFormat,
  request: CompletionRequest,
  { model = fake.models[0] ?? '', ...way }: Way & { readonly model?: string } = {},
): Promise<readonly EnginePart[]> {
  const format = wire.chat(model);
  return partsFrom(fake, format, format.encode(model, request), way);
}

/** Every part a format's decoder finds in the fake's answer to a POST. */
export async function partsFrom<Request>(
  fake: FakeProvider,
  { framing, decoder }: StreamFormat<Request>,
  { path, body }: WireRequest,
  { below = '', headers = {} }: Way = {},
): Promise<readonly EnginePart[]> {
  // As an address of ours is put together: `/../` leaves the version.
  const response = await fetch(new URL(`${fake.baseUrl}${below}${path}`), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  assert.ok(response.body);
  const reader = decoder();
  const parts: EnginePart[] = [];
  for await (const events of parseEvents(response.body, framing))
    for (const event of events) parts.push(...reader.read(event));
  return [...parts, ...reader.end()];
}

/** The text of all deltas of one kind. */
export const textOfType = (parts: readonly EnginePart[], type: 'text-delta' | 'reasoning-delta'): string =>
  parts.map((part) => (part.type === type ? part.text : '')).join('');

/** What must never resolve: what it was rejected with. */
export async function rejection(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it was not rejected');
}
