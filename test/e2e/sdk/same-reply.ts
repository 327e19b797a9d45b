/** One reply that shows everything, and what our own reader makes of it, to be compared with an official SDK. */
import type { WireFormat } from '../../../server/wire/wire-format.ts';
import type { CompletionRequest, EnginePart } from '../../../shared/chat.ts';
import { partsOf } from '../../server/wire/decoded.ts';
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

/** Every part our reader finds in the fake's answer. */
export async function ourParts(
  fake: FakeProvider,
  wire: WireFormat,
  request: CompletionRequest,
  { model = fake.models[0] ?? '', below = '', headers = {} as Readonly<Record<string, string>> } = {},
): Promise<readonly EnginePart[]> {
  const { path, body } = wire.chat(model).encode(model, request);
  const response = await fetch(`${fake.baseUrl}${below}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return partsOf(wire, await response.text());
}

/** The text of all deltas of one kind. */
export const said = (parts: readonly EnginePart[], type: 'text-delta' | 'reasoning-delta'): string =>
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
