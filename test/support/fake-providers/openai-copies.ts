/** Fakes of the services that copy OpenAI, each with its differences: lists, reasoning, usage, error responses. */
import type { Body, FakeOptions, FakeProvider, Framing } from './fake-provider.ts';
import { fakeServer } from './fake-server.ts';
import { openAiFraming } from './openai.ts';

type Counts = Parameters<ReturnType<Framing['stream']>['finish']>[1];

type Copy = {
  /** In front of the version. Absent: nothing. */
  readonly root?: string;
  /** Whether `baseUrl` ends with the version. Absent: as a user of this machine would write it, without. */
  readonly versioned?: boolean;
  /** The list of models, and where it is. */
  readonly list: Readonly<Record<string, (models: readonly string[]) => unknown>>;
  /** The delta of reasoning. Absent: `reasoning_content`. */
  readonly reasoningDelta?: (word: string) => object;
  /** Text before the first chunk. Absent: none. */
  readonly opening?: string;
  /** The answer repeats the prefix. */
  readonly echoesPrefix?: boolean;
  readonly usageOf: (usage: Counts) => object;
  /** More of the chunk with the finish reason, where usage comes there and unasked. Absent: in a chunk of its own. */
  readonly atFinish?: (usage: object) => object;
  /** What the service rejects although OpenAI accepts it, with its status. Absent: nothing. */
  readonly rejection?: (body: Body) => readonly [status: number, message: string] | undefined;
  /** The body of an error response. Absent: OpenAI's. */
  readonly errorBody?: (status: number, message: string) => unknown;
};

const usual = ({ input, output, cachedRead, reasoning }: Counts) => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
  prompt_tokens_details: { cached_tokens: cachedRead },
  completion_tokens_details: { reasoning_tokens: reasoning },
});

const listOf =
  (owner: string, more: object = {}) =>
  (models: readonly string[]) => ({
    object: 'list',
    data: models.map((id) => ({ id, object: 'model', created: 1, owned_by: owner, ...more })),
  });

const fakeOf = (copy: Copy) => {
  const framing = framingOf(copy);
  return (options: FakeOptions = {}): Promise<FakeProvider> => fakeServer(framing, options);
};

function framingOf(copy: Copy): Framing {
  const {
    root = '',
    versioned = false,
    reasoningDelta = (word) => ({ reasoning_content: word }),
    errorBody,
  } = copy;
  const below = (path: string): string => (path.startsWith(`${root}/`) ? path.slice(root.length) : '');
  return {
    ...openAiFraming,
    basePath: versioned ? `${root}/v1` : root,
    get: (path, models) => copy.list[below(path)]?.(models),
    modelOf: (path, body) => openAiFraming.modelOf(below(path), body),
    rejection(path, body, model) {
      const [status, message = ''] = copy.rejection?.(body) ?? [];
      return status === undefined
        ? openAiFraming.rejection?.(below(path), body, model)
        : {
            status,
            body: errorBody?.(status, message) ?? { error: { message, type: 'invalid_request_error' } },
          };
    },
    unstreamed: (path, body, model, answer) => openAiFraming.unstreamed?.(below(path), body, model, answer),
    ...(errorBody
      ? {
          unauthorized: { status: 401, body: errorBody(401, 'Unauthorized') },
          notFound: (model) => ({
            status: 404,
            body: errorBody(404, model ? `model ${model} not found` : 'Not Found'),
          }),
        }
      : {}),
    stream(model, body, path) {
      const asText = below(path).endsWith('/completions') && !/chat|fim/.test(path);
      const chunk = (more: object): string =>
        `data: ${JSON.stringify({ id: 'c1', object: asText ? 'text_completion' : 'chat.completion.chunk', created: 1, model, ...more })}\n\n`;
      const choice = (
        delta: { readonly role?: string; readonly content?: string },
        reason: string | null = null,
        more = {},
      ): string =>
        chunk({
          choices: [
            {
              index: 0,
              ...(asText ? { text: delta.content ?? '' } : { delta }),
              logprobs: null,
              finish_reason: reason,
            },
          ],
          ...more,
        });
      const echo = copy.echoesPrefix ? prefixOf(body) : '';
      return {
        start: () =>
          (copy.opening ?? '') +
          (asText ? '' : choice({ role: 'assistant', content: '' })) +
          (echo ? choice({ content: echo }) : ''),
        reasoning: (word) => choice(reasoningDelta(word)),
        text: (word) => choice({ content: word }),
        // Whole, in one chunk.
        toolCall: ({ id, name, input }, index) =>
          choice({
            tool_calls: [{ index, id, type: 'function', function: { name, arguments: input } }],
          } as object),
        finish(reason, counts) {
          const usage = copy.usageOf(counts);
          const last = choice({ content: '' }, reason.replace('-', '_'), copy.atFinish?.(usage));
          const wantsUsage = (body['stream_options'] as { include_usage?: boolean } | undefined)
            ?.include_usage;
          return `${last}${wantsUsage && !copy.atFinish ? chunk({ choices: [], usage }) : ''}data: [DONE]\n\n`;
        },
      };
    },
  };
}

/** The assistant's message at the end that is marked as a beginning. */
function prefixOf(body: Body): string {
  const last = (body['messages'] as readonly Body[] | undefined)?.at(-1);
  return last?.['prefix'] === true ? String(last['content']).trimEnd() : '';
}

type SentCall = { readonly id: string };
type SentMessage = {
  readonly tool_calls?: readonly SentCall[];
  readonly tool_call_id?: string;
  readonly reasoning_content?: unknown;
};

const messagesOf = (body: Body): readonly SentMessage[] =>
  (body['messages'] as readonly SentMessage[] | undefined) ?? [];

export const fakeGroq = fakeOf({
  root: '/openai',
  versioned: true,
  list: {
    '/v1/models': listOf('Meta', { active: true, context_window: 131_072, max_completion_tokens: 65_536 }),
  },
  reasoningDelta: (word) => ({ reasoning: word }),
  usageOf: usual,
  atFinish: (usage) => ({ usage, x_groq: { id: 'req_1', usage } }),
});

export const fakeXai = fakeOf({
  versioned: true,
  list: {
    '/v1/language-models': (models) => ({
      models: models.map((id) => ({ id, input_modalities: ['text', 'image'], context_length: 500_000 })),
    }),
    '/v1/models': listOf('xai'),
  },
  // The completion excludes reasoning.
  usageOf: (counts) => ({ ...usual(counts), completion_tokens: counts.output - counts.reasoning }),
  errorBody: (status, message) => ({ code: `error ${status}`, error: message }),
});

export const fakeMistral = fakeOf({
  versioned: true,
  list: {
    '/v1/models': listOf('mistralai', {
      max_context_length: 131_072,
      capabilities: { completion_chat: true, completion_fim: true, function_calling: true, vision: false },
    }),
  },
  reasoningDelta: (word) =>
    ({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: word }] }] }) as object,
  echoesPrefix: true,
  rejection(body) {
    const ids = messagesOf(body).flatMap(({ tool_calls: calls = [], tool_call_id: answered }) => [
      ...calls.map(({ id }) => id),
      ...(answered === undefined ? [] : [answered]),
    ]);
    const odd = ids.find((id) => !/^[a-zA-Z0-9]{9}$/.test(id));
    return odd === undefined
      ? undefined
      : [400, `Tool call id was ${odd} but must be a-z, A-Z, 0-9, with a length of 9.`];
  },
  usageOf: ({ input, output }) => ({
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
  }),
  atFinish: (usage) => ({ usage }),
  errorBody: (status, message) => ({
    object: 'error',
    message,
    type: 'error',
    param: null,
    code: String(status),
  }),
});

export const fakeDeepSeek = fakeOf({
  versioned: true,
  list: { '/v1/models': listOf('deepseek') },
  opening: ': keep-alive\n\n',
  rejection: (body) =>
    messagesOf(body).some((message) => message.tool_calls && typeof message.reasoning_content !== 'string')
      ? [400, 'The `reasoning_content` in the thinking mode must be passed back to the API.']
      : undefined,
  usageOf: ({ input, output, cachedRead, reasoning }) => ({
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_cache_hit_tokens: cachedRead,
    prompt_cache_miss_tokens: input - cachedRead,
    completion_tokens_details: { reasoning_tokens: reasoning },
  }),
});

/** Its errors are plain text. */
export const fakeDockerModelRunner = fakeOf({
  root: '/engines',
  list: { '/v1/models': listOf('docker', { dmr: { context_window: 8_192 } }) },
  usageOf: usual,
  errorBody: (_, message) => `${message}\n`,
});

export const fakeLmStudio = fakeOf({
  list: {
    '/api/v1/models': (models) => ({
      models: models.map((key) => ({
        type: 'llm',
        key,
        loaded_instances: [{ id: key, config: { context_length: 4_096 } }],
        max_context_length: 131_072,
        capabilities: { vision: false, trained_for_tool_use: true },
      })),
    }),
    '/v1/models': listOf('organization_owner'),
  },
  usageOf: usual,
});

export const fakeVllm = fakeOf({
  list: { '/v1/models': listOf('vllm', { max_model_len: 32_768 }) },
  rejection: (body) => ('suffix' in body ? [400, 'suffix is not currently supported'] : undefined),
  reasoningDelta: (word) => ({ reasoning: word }),
  usageOf: usual,
  errorBody: (status, message) => ({ error: { message, type: 'NotFoundError', param: null, code: status } }),
});
