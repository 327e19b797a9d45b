/** A fake Anthropic service: the Messages stream as https://platform.claude.com/docs/en/build-with-claude/streaming frames it. */
import type { FakeOptions, FakeProvider, Framing } from './fake-provider.ts';
import { bearerIn, fakeServer } from './fake-server.ts';

/** `baseUrl` has no path. */
export const fakeAnthropic = (options: FakeOptions = {}): Promise<FakeProvider> =>
  fakeServer(framing, options);

const failure = (status: number, type: string, message: string) => ({
  status,
  body: { type: 'error', error: { type, message }, request_id: 'req_fake' },
});

const framing: Framing = {
  contentType: 'text/event-stream; charset=utf-8',
  basePath: '',
  defaultModels: ['claude-fake'],
  keyIn: (headers) => bearerIn(headers) ?? (headers['x-api-key'] as string | undefined),
  get: (path, models) =>
    path === '/v1/models'
      ? {
          data: models.map((id) => ({
            type: 'model',
            id,
            display_name: id,
            created_at: '2026-01-01T00:00:00Z',
            max_input_tokens: 200_000,
            max_tokens: 64_000,
            lifecycle: 'active',
          })),
          has_more: false,
          first_id: models[0] ?? null,
          last_id: models.at(-1) ?? null,
        }
      : undefined,
  modelOf: (path, body) => (path === '/v1/messages' ? String(body['model']) : undefined),
  unauthorized: failure(401, 'authentication_error', 'invalid bearer token'),
  notFound: (model) => failure(404, 'not_found_error', model === undefined ? 'Not found' : `model: ${model}`),
  stream(model) {
    let open: 'thinking' | 'text' | undefined;
    let index = -1;
    // The official SDK drops data that comes without an event name, so both are sent.
    const event = (type: string, more: object): string =>
      `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
    const close = (): string => (open ? event('content_block_stop', { index }) : '');
    const block = (kind: 'thinking' | 'text'): string => {
      if (open === kind) return '';
      const before = close();
      open = kind;
      index += 1;
      return before + event('content_block_start', { index, content_block: { type: kind, [kind]: '' } });
    };
    const delta = (fields: object): string => event('content_block_delta', { index, delta: fields });
    return {
      start: (usage) =>
        event('message_start', {
          message: {
            id: 'msg_fake',
            type: 'message',
            role: 'assistant',
            content: [],
            model,
            stop_reason: null,
            stop_sequence: null,
            usage: {
              input_tokens: usage.input,
              cache_creation_input_tokens: 0,
              cache_read_input_tokens: 0,
              output_tokens: 1,
            },
          },
        }) + event('ping', {}),
      reasoning: (word) => block('thinking') + delta({ type: 'thinking_delta', thinking: word }),
      text: (word) => block('text') + delta({ type: 'text_delta', text: word }),
      finish: (reason, usage) =>
        close() +
        event('message_delta', {
          delta: { stop_reason: reason === 'stop' ? 'end_turn' : 'max_tokens', stop_sequence: null },
          usage: { output_tokens: usage.output },
        }) +
        event('message_stop', {}),
    };
  },
};
