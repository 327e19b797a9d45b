/**
 * A fake OpenAI-compatible service: Chat Completions as https://platform.openai.com/docs/api-reference/chat frames them,
 * Responses, embeddings, and the two ways of others to fill in the middle.
 */
import type {
  Body,
  FakeAnswer,
  FakeFailure,
  FakeFinish,
  FakeOptions,
  FakeProvider,
  Framing,
} from './fake-provider.ts';
import { bearerIn, fakeServer, vectorsOf } from './fake-server.ts';
import { responsesStream, wholeResponse } from './openai-responses.ts';

/** `baseUrl` ends with `/v1`. A model with `chat-only` in its name has no text completions. */
export const fakeOpenAi = (options: FakeOptions = {}): Promise<FakeProvider> =>
  fakeServer(openAiFraming, options);

export const openAiFraming: Framing = {
  contentType: 'text/event-stream; charset=utf-8',
  basePath: '/v1',
  defaultModels: ['fake-model'],
  keyIn: bearerIn,
  get: (path, models) =>
    path === '/v1/models'
      ? { object: 'list', data: models.map((id) => ({ id, object: 'model', created: 1, owned_by: 'fake' })) }
      : undefined,
  modelOf: (path, body) => (endpointOf(path) === undefined ? undefined : String(body['model'])),
  rejection(path, body, model) {
    if (endpointOf(path) === 'completions' && model.includes('chat-only')) return chatModel;
    const message = endpointOf(path) === 'chat/completions' ? complaint(body) : undefined;
    return message === undefined
      ? undefined
      : {
          status: 400,
          body: { error: { message, type: 'invalid_request_error', param: 'messages', code: null } },
        };
  },
  unstreamed(path, body, model, answer) {
    const endpoint = endpointOf(path);
    if (endpoint === 'embeddings') return embeddings(model, body);
    if (endpoint?.endsWith('/input_tokens'))
      return { object: 'response.input_tokens', input_tokens: answer.usage.input };
    if (body['stream'] === true) return undefined;
    if (endpoint === 'responses') return wholeResponse(model, answer);
    return endpoint === 'completions' ? textCompletion(model, answer) : completion(model, answer);
  },
  unauthorized: {
    status: 401,
    body: {
      error: {
        message: 'Incorrect API key provided: sk-wr**ng. You can find your API key in your account.',
        type: 'invalid_request_error',
        param: null,
        code: 'invalid_api_key',
      },
    },
  },
  notFound: (model) => ({
    status: 404,
    body: {
      error: {
        message: `The model \`${model}\` does not exist or you do not have access to it.`,
        type: 'invalid_request_error',
        param: null,
        code: 'model_not_found',
      },
    },
  }),
  stream(model, body, path) {
    if (endpointOf(path) === 'responses') return responsesStream(model);
    const asText = endpointOf(path) === 'completions';
    const wantsUsage = (body['stream_options'] as { include_usage?: boolean } | undefined)?.include_usage;
    const event = (more: object): string =>
      `data: ${JSON.stringify({ id: 'chatcmpl-fake', object: asText ? 'text_completion' : 'chat.completion.chunk', created: 1, model, ...more })}\n\n`;
    const choice = (delta: object, finish_reason: string | null = null): string =>
      event({
        choices: [
          { index: 0, ...(asText ? { text: textOf(delta), logprobs: null } : { delta }), finish_reason },
        ],
        ...(wantsUsage ? { usage: null } : {}),
      });
    return {
      start: () => choice({ role: 'assistant', content: '' }),
      reasoning: (word) => choice({ reasoning_content: word }),
      text: (word) => choice({ content: word }),
      // The name first, the arguments in fragments after it.
      toolCall: ({ id, name, input }, index) =>
        [
          { id, type: 'function', function: { name, arguments: '' } },
          ...halves(input).map((fragment) => ({ function: { arguments: fragment } })),
        ]
          .map((fields) => choice({ tool_calls: [{ index, ...fields }] }))
          .join(''),
      finish: (reason, usage) =>
        choice({}, reasonOf(reason)) +
        (wantsUsage ? event({ choices: [], usage: usageOf(usage) }) : '') +
        'data: [DONE]\n\n',
    };
  },
};

const chatModel: FakeFailure = {
  status: 404,
  body: {
    error: {
      message:
        'This is a chat model and not supported in the v1/completions endpoint. Did you mean to use v1/chat/completions?',
      type: 'invalid_request_error',
      param: 'model',
      code: null,
    },
  },
};

/** The resource of a path, at any API version; `undefined`: there is none. */
const endpointOf = (path: string): string | undefined =>
  /^\/(?:v1|beta)\/(chat\/completions(?:\/input_tokens)?|responses(?:\/input_tokens)?|embeddings|fim\/completions|completions)$/.exec(
    path,
  )?.[1];

/** The text of a delta; text completions have nothing else. */
const textOf = (delta: object): string => ('content' in delta ? String(delta.content) : '');

const halves = (text: string): readonly string[] => {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
};

const reasonOf = (reason: FakeFinish): string => reason.replace('-', '_');

const usageOf = (usage: FakeAnswer['usage']): object => ({
  prompt_tokens: usage.input,
  completion_tokens: usage.output,
  total_tokens: usage.input + usage.output,
  prompt_tokens_details: { cached_tokens: usage.cachedRead, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: usage.reasoning, audio_tokens: 0 },
});

const completion = (model: string, { text, reasoning, toolCalls, finish, usage }: FakeAnswer): object => ({
  id: 'chatcmpl-fake',
  object: 'chat.completion',
  created: 1,
  model,
  choices: [
    {
      index: 0,
      message: {
        role: 'assistant',
        content: text || null,
        refusal: null,
        ...(reasoning ? { reasoning_content: reasoning } : {}),
        ...(toolCalls.length > 0
          ? {
              tool_calls: toolCalls.map(({ id, name, input }) => ({
                id,
                type: 'function',
                function: { name, arguments: input },
              })),
            }
          : {}),
      },
      logprobs: null,
      finish_reason: reasonOf(finish),
    },
  ],
  usage: usageOf(usage),
});

const textCompletion = (model: string, { text, finish, usage }: FakeAnswer): object => ({
  id: 'cmpl-fake',
  object: 'text_completion',
  created: 1,
  model,
  choices: [{ index: 0, text, logprobs: null, finish_reason: reasonOf(finish) }],
  usage: usageOf(usage),
});

/** The official SDK requests base64 by default. */
const embeddings = (model: string, body: Body): object => {
  const vectors = vectorsOf(body['input']);
  const base64 = (vector: readonly number[]): string =>
    Buffer.from(new Float32Array(vector).buffer).toString('base64');
  return {
    object: 'list',
    model,
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: body['encoding_format'] === 'base64' ? base64(vector) : vector,
    })),
    usage: { prompt_tokens: vectors.length, total_tokens: vectors.length },
  };
};

type ChatMessage = {
  readonly role: string;
  readonly tool_call_id?: string;
  readonly tool_calls?: readonly { readonly id: string }[];
};

/** The message with which the service rejects this body with 400; `undefined`: it accepts it. */
function complaint(body: Body): string | undefined {
  let open: readonly string[] = [];
  for (const { role, tool_call_id: answered, tool_calls: calls } of body[
    'messages'
  ] as readonly ChatMessage[]) {
    if (role === 'tool') {
      if (answered === undefined || !open.includes(answered))
        return "messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.";
      open = open.filter((id) => id !== answered);
      continue;
    }
    if (open.length > 0) break;
    open = calls?.map(({ id }) => id) ?? [];
  }
  return open.length > 0
    ? "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'."
    : undefined;
}
