/** A fake OpenAI-compatible service: Chat Completions as https://platform.openai.com/docs/api-reference/chat frames it. */
import type { FakeOptions, FakeProvider, Framing } from './fake-provider.ts';
import { bearerIn, fakeServer } from './fake-server.ts';

/** `baseUrl` ends with `/v1`. */
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
  modelOf: (path, body) => (path === '/v1/chat/completions' ? String(body['model']) : undefined),
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
  stream(model, body) {
    const wantsUsage = (body['stream_options'] as { include_usage?: boolean } | undefined)?.include_usage;
    const event = (more: object): string =>
      `data: ${JSON.stringify({ id: 'chatcmpl-fake', object: 'chat.completion.chunk', created: 1, model, ...more })}\n\n`;
    const choice = (delta: object, finish_reason: string | null = null): string =>
      event({ choices: [{ index: 0, delta, finish_reason }], ...(wantsUsage ? { usage: null } : {}) });
    return {
      start: () => choice({ role: 'assistant', content: '' }),
      reasoning: (word) => choice({ reasoning_content: word }),
      text: (word) => choice({ content: word }),
      finish: (reason, usage) =>
        choice({}, reason) +
        (wantsUsage
          ? event({
              choices: [],
              usage: {
                prompt_tokens: usage.input,
                completion_tokens: usage.output,
                total_tokens: usage.input + usage.output,
              },
            })
          : '') +
        'data: [DONE]\n\n',
    };
  },
};
