/** A fake llama-server in single-model mode: its fingerprint, chat as OpenAI frames it, its own fill in the middle. https://github.com/ggml-org/llama.cpp/tree/master/tools/server */
import type { FakeOptions, FakeProvider, Framing } from './fake-provider.ts';
import { fakeServer } from './fake-server.ts';
import { openAiFraming } from './openai.ts';

/** `baseUrl` has no path. The context of every model is 4096 tokens. One with `nofim` in its name cannot fill in. */
export const fakeLlamaCpp = (options: FakeOptions = {}): Promise<FakeProvider> =>
  fakeServer(framing, options);

const framing: Framing = {
  ...openAiFraming,
  headers: { server: 'llama.cpp' },
  basePath: '',
  defaultModels: ['tiny-chat'],
  get(path, models) {
    const bare = path.replace(/^\/v1(?=\/)/, '');
    if (bare === '/health') return { status: 'ok' };
    if (bare === '/props') return { total_slots: 1, model_alias: models[0], build_info: 'b1-de3ff81' };
    if (bare !== '/models') return undefined;
    const data = models.map((id) => ({
      id,
      aliases: [id],
      tags: [],
      object: 'model',
      created: 1,
      owned_by: 'llamacpp',
      meta: { n_ctx: 4096, n_ctx_train: 32_768 },
    }));
    return { models: models.map((name) => ({ name, model: name })), object: 'list', data };
  },
  modelOf: (path, body) =>
    /^(?:\/v1)?\/(?:chat\/)?completions(?:\/input_tokens)?$|^\/v1\/embeddings$|^\/infill$/.test(path)
      ? String(body['model'])
      : undefined,
  rejection: (path, body, model) =>
    path === '/infill' && model.includes('nofim')
      ? {
          status: 501,
          body: {
            error: {
              code: 501,
              message: 'Infill is not supported by this model: prefix token is missing. ',
              type: 'not_supported_error',
            },
          },
        }
      : openAiFraming.rejection?.(path, body, model),
  stream: (model, body, path) =>
    path === '/infill' ? infill(model) : openAiFraming.stream(model, body, `/v1${path.replace(/^\/v1/, '')}`),
  unauthorized: {
    status: 401,
    body: { error: { message: 'Invalid API Key', type: 'authentication_error', code: 401 } },
  },
  notFound: (model) =>
    model === undefined
      ? { status: 404, body: { error: { code: 404, message: 'File Not Found', type: 'not_found_error' } } }
      : {
          status: 400,
          body: {
            error: { code: 400, message: `model '${model}' not found`, type: 'invalid_request_error' },
          },
        },
};

/** Its native stream: the last event is marked, no end marker follows. */
const infill = (model: string): ReturnType<Framing['stream']> => {
  const event = (more: object): string => `data: ${JSON.stringify({ index: 0, id_slot: 0, ...more })}\n\n`;
  return {
    start: () => '',
    reasoning: () => '',
    text: (word) => event({ content: word, tokens: [1], stop: false }),
    toolCall: () => '',
    finish: (reason, { input, output, cachedRead }) =>
      event({
        content: '',
        tokens: [],
        stop: true,
        model,
        tokens_predicted: output,
        tokens_evaluated: input,
        truncated: false,
        stop_type: reason === 'length' ? 'limit' : 'eos',
        timings: { cache_n: cachedRead },
      }),
  };
};
