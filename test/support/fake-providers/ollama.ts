/** A fake Ollama: its own /api/chat with one JSON document per line. https://github.com/ollama/ollama/blob/main/docs/api.md */
import type {
  FakeAnswer,
  FakeFinish,
  FakeOptions,
  FakeProvider,
  FakeToolCall,
  Framing,
} from './fake-provider.ts';
import { bearerIn, fakeServer, vectorsOf } from './fake-server.ts';

/**
 * `baseUrl` has no path. Names ending in `cloud` are listed as remote; one with `nofim` in
 * its name has no `insert`.
 */
export const fakeOllama = (options: FakeOptions = {}): Promise<FakeProvider> => fakeServer(framing, options);

const framing: Framing = {
  contentType: 'application/x-ndjson',
  basePath: '',
  defaultModels: ['fake:latest'],
  keyIn: bearerIn,
  get(path, models) {
    if (path === '/') return 'Ollama is running';
    if (path === '/api/version') return { version: '0.33.0' };
    if (path === '/api/tags') return { models: models.map(entry) };
    // The first is loaded, with less context than it could have.
    if (path === '/api/ps')
      return { models: models.slice(0, 1).map((name) => ({ ...entry(name), context_length: 8192 })) };
    return undefined;
  },
  lookup: (path, body, models) =>
    path === '/api/show' && models.includes(String(body['model']))
      ? { capabilities: ['completion', 'tools'], license: 'MIT License', details }
      : undefined,
  modelOf: (path, body) =>
    ['/api/chat', '/api/generate', '/api/embed'].includes(path) ? String(body['model']) : undefined,
  rejection: (path, body, model) =>
    path === '/api/generate' && body['suffix'] && model.includes('nofim')
      ? { status: 400, body: { error: `registry.ollama.ai/library/${model} does not support insert` } }
      : undefined,
  unstreamed(path, body, model, answer) {
    if (path === '/api/embed') {
      const embeddings = vectorsOf(body['input']);
      return { model, embeddings, total_duration: 1, load_duration: 1, prompt_eval_count: embeddings.length };
    }
    if (body['stream'] !== false) return undefined;
    const { text, reasoning, toolCalls } = answer;
    const thinking = reasoning ? { thinking: reasoning } : {};
    const fields =
      path === '/api/generate'
        ? { response: text, ...thinking }
        : {
            message: {
              role: 'assistant',
              content: text,
              ...thinking,
              ...(toolCalls.length > 0 ? { tool_calls: toolCalls.map(callOf) } : {}),
            },
          };
    return { model, created_at: createdAt, ...fields, ...endOf(answer.finish, answer.usage) };
  },
  unauthorized: { status: 401, body: { error: 'unauthorized' } },
  notFound: (model) =>
    model === undefined
      ? { status: 404, body: '404 page not found' }
      : { status: 404, body: { error: `model '${model}' not found` } },
  stream(model, _, path) {
    const line = (more: object): string => `${JSON.stringify({ model, created_at: createdAt, ...more })}\n`;
    // Chat has a message, generate fields at the top.
    const fieldsOf = (content: string, more: object = {}): object =>
      path === '/api/generate'
        ? { response: content, ...more }
        : { message: { role: 'assistant', content, ...more } };
    return {
      start: () => '',
      reasoning: (word) => line({ ...fieldsOf('', { thinking: word }), done: false }),
      text: (word) => line({ ...fieldsOf(word), done: false }),
      toolCall: (call, index) =>
        line({ ...fieldsOf('', { tool_calls: [callOf(call, index)] }), done: false }),
      finish: (reason, usage) => line({ ...fieldsOf(''), ...endOf(reason, usage) }),
    };
  },
};

const createdAt = '2026-11-21T00:00:00Z';

/** Arguments are an object here. */
const callOf = ({ id, name, input }: FakeToolCall, index: number): object => ({
  id,
  function: { index, name, arguments: JSON.parse(input) },
});

/** Durations in nanoseconds. A call, too, ends with `stop`. */
const endOf = (reason: FakeFinish, usage: FakeAnswer['usage']): object => ({
  done: true,
  done_reason: reason === 'length' ? 'length' : 'stop',
  total_duration: 5_000_000,
  load_duration: 1_000_000,
  prompt_eval_count: usage.input,
  prompt_eval_duration: 1_000_000,
  eval_count: usage.output,
  eval_duration: 3_000_000,
});

const details = {
  format: 'gguf',
  family: 'fake',
  context_length: 131_072,
  parameter_size: '7.6B',
  quantization_level: 'Q4_K_M',
};

const entry = (name: string): object => ({
  name,
  model: name,
  ...(/[:-]cloud$/.test(name)
    ? { remote_model: name.replace(/[:-]cloud$/, ''), remote_host: 'https://ollama.com:443' }
    : {}),
  modified_at: '2026-11-01T00:00:00Z',
  size: 4_661_211_808,
  digest: '6a0746a1ec1a',
  details,
});
