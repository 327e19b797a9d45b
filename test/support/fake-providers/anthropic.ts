/** A fake Anthropic service: the Messages stream as https://platform.claude.com/docs/en/build-with-claude/streaming frames it. */
import type {
  Body,
  FakeAnswer,
  FakeFailure,
  FakeFinish,
  FakeOptions,
  FakeProvider,
  Framing,
} from './fake-provider.ts';
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
            capabilities: { image_input: { supported: true }, pdf_input: { supported: true } },
          })),
          has_more: false,
          first_id: models[0] ?? null,
          last_id: models.at(-1) ?? null,
        }
      : undefined,
  modelOf: (path, body) =>
    /^\/v1\/messages(?:\/count_tokens)?$/.test(path) ? String(body['model']) : undefined,
  rejection(path, body, model) {
    if (path.endsWith('count_tokens')) return countRejection(body);
    const why = rejectionMessage(body, model);
    return why === undefined ? undefined : failure(400, 'invalid_request_error', why);
  },
  unstreamed(path, body, model, answer) {
    if (path.endsWith('count_tokens')) return { input_tokens: answer.usage.input };
    return body['stream'] === true ? undefined : message(model, answer);
  },
  unauthorized: failure(401, 'authentication_error', 'invalid bearer token'),
  notFound: (model) => failure(404, 'not_found_error', model === undefined ? 'Not found' : `model: ${model}`),
  stream(model) {
    let open: 'thinking' | 'text' | undefined;
    let promptUsage = {};
    let index = -1;
    // The official SDK drops data that comes without an event name, so both are sent.
    const event = (type: string, more: object): string =>
      `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
    const close = (): string => {
      if (!open) return '';
      // A signature ends each thinking block.
      const sealed = open === 'thinking' ? delta({ type: 'signature_delta', signature: 'c2lnbmVk' }) : '';
      open = undefined;
      return sealed + event('content_block_stop', { index });
    };
    const start = (content_block: object): string => {
      index += 1;
      return event('content_block_start', { index, content_block });
    };
    const block = (kind: 'thinking' | 'text'): string => {
      if (open === kind) return '';
      const before = close();
      open = kind;
      return before + start({ type: kind, [kind]: '', ...(kind === 'thinking' ? { signature: '' } : {}) });
    };
    const delta = (fields: object): string => event('content_block_delta', { index, delta: fields });
    return {
      start(usage) {
        promptUsage = promptOf(usage);
        return (
          event('message_start', {
            message: { ...envelope(model), stop_reason: null, usage: { ...promptUsage, output_tokens: 1 } },
          }) + event('ping', {})
        );
      },
      reasoning: (word) => block('thinking') + delta({ type: 'thinking_delta', thinking: word }),
      text: (word) => block('text') + delta({ type: 'text_delta', text: word }),
      toolCall: ({ id, name, input }) =>
        close() +
        start({ type: 'tool_use', id, name, input: {} }) +
        delta({ type: 'input_json_delta', partial_json: '' }) +
        delta({ type: 'input_json_delta', partial_json: input }) +
        event('content_block_stop', { index }),
      finish: (reason, usage) =>
        close() +
        event('message_delta', {
          delta: { stop_reason: reasonOf(reason), stop_sequence: null },
          usage: { ...promptUsage, ...outputOf(usage) },
        }) +
        event('message_stop', {}),
    };
  },
};

const envelope = (model: string) => ({
  id: 'msg_fake',
  type: 'message',
  role: 'assistant',
  content: [] as readonly object[],
  model,
  stop_reason: null as string | null,
  stop_sequence: null,
});

const reasonOf = (reason: FakeFinish): string =>
  ({ stop: 'end_turn', length: 'max_tokens', 'tool-calls': 'tool_use' })[reason];

/** Here `input_tokens` leaves out what was cached. */
const promptOf = (usage: FakeAnswer['usage']) => ({
  input_tokens: usage.input - usage.cachedRead - usage.cacheWrite,
  cache_creation_input_tokens: usage.cacheWrite,
  cache_read_input_tokens: usage.cachedRead,
});

const outputOf = (usage: FakeAnswer['usage']) => ({
  output_tokens: usage.output,
  output_tokens_details: { thinking_tokens: usage.reasoning },
});

const message = (model: string, { text, reasoning, toolCalls, finish, usage }: FakeAnswer): object => ({
  ...envelope(model),
  content: [
    ...(reasoning ? [{ type: 'thinking', thinking: reasoning, signature: 'c2lnbmVk' }] : []),
    ...(text ? [{ type: 'text', text, citations: null }] : []),
    ...toolCalls.map(({ id, name, input }) => ({ type: 'tool_use', id, name, input: JSON.parse(input) })),
  ],
  stop_reason: reasonOf(finish),
  usage: { ...promptOf(usage), ...outputOf(usage) },
});

type Block = {
  readonly type: string;
  readonly text?: string;
  readonly id?: string;
  readonly tool_use_id?: string;
};
type WireMessage = { readonly role: string; readonly content: string | readonly Block[] };

const blocksOf = ({ content }: WireMessage): readonly Block[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : content;

/** The message with which the service rejects this body with 400; `undefined`: it accepts it. */
function rejectionMessage(body: Body, model: string): string | undefined {
  const sampling = ['temperature', 'top_p', 'top_k'].find((field) => field in body);
  if (sampling) return `${sampling}: sampling parameters are not supported`;
  if (typeof body['max_tokens'] !== 'number') return 'max_tokens: Field required';
  const messages = body['messages'] as readonly WireMessage[];
  if (messages.length === 0) return 'messages: at least one message is required';
  const used = new Set<string>();
  for (const [index, message] of messages.entries()) {
    const blocks = blocksOf(message);
    if (blocks.length === 0 || blocks.some(({ type, text }) => type === 'text' && !text))
      return `messages.${index}: text content blocks must be non-empty`;
    const requested =
      index === 0 ? [] : blocksOf(messages[index - 1] as WireMessage).flatMap(({ id }) => id ?? []);
    const given = blocks.flatMap(({ tool_use_id: id }) => id ?? []);
    const unknown = given.find((id) => !requested.includes(id));
    if (unknown)
      return `messages.${index}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${unknown}`;
    if (requested.some((id) => !given.includes(id)))
      return `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after`;
    if (blocks.slice(0, given.length).some(({ type }) => type !== 'tool_result'))
      return `messages.${index}: \`tool_result\` blocks must come first`;
    for (const { id } of blocks) {
      if (id === undefined) continue;
      if (!/^[a-zA-Z0-9_-]+$/.test(id)) return `messages.${index}: String should match pattern: ${id}`;
      if (used.has(id)) return `messages.${index}: \`tool_use\` ids must be unique`;
      used.add(id);
    }
  }
  const last = messages.at(-1);
  if (last?.role !== 'assistant') return undefined;
  if (!/-4-[0-5]\b|^claude-3/.test(model))
    return 'This model does not support assistant message prefill. The conversation must end with a user message.';
  return /\s$/.test(blocksOf(last).at(-1)?.text ?? '')
    ? 'messages: final assistant content cannot end with trailing whitespace'
    : undefined;
}

/** A count accepts only the fields of a prompt. */
function countRejection(body: Body): FakeFailure | undefined {
  const knownFields = ['model', 'messages', 'system', 'tools', 'tool_choice', 'thinking'];
  const extra = Object.keys(body).find((field) => !knownFields.includes(field));
  return extra === undefined
    ? undefined
    : failure(400, 'invalid_request_error', `${extra}: Extra inputs are not permitted`);
}
