/** A fake Ollama: its own /api/chat with one JSON document per line. https://github.com/ollama/ollama/blob/main/docs/api.md */
import type { FakeOptions, FakeProvider, Framing } from './fake-provider.ts';
import { bearerIn, fakeServer } from './fake-server.ts';

/** `baseUrl` has no path. Names ending in `cloud` are listed as running on somebody else's machine. */
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
    if (path === '/api/ps') return { models: [] };
    return undefined;
  },
  modelOf: (path, body) => (path === '/api/chat' ? String(body['model']) : undefined),
  unauthorized: { status: 401, body: { error: 'unauthorized' } },
  notFound: (model) =>
    model === undefined
      ? { status: 404, body: '404 page not found' }
      : { status: 404, body: { error: `model '${model}' not found` } },
  stream(model) {
    const line = (more: object): string =>
      `${JSON.stringify({ model, created_at: '2026-11-21T00:00:00Z', ...more })}\n`;
    const message = (fields: object): string =>
      line({ message: { role: 'assistant', content: '', ...fields }, done: false });
    return {
      start: () => '',
      reasoning: (word) => message({ thinking: word }),
      text: (word) => message({ content: word }),
      finish: (reason, usage) =>
        line({
          message: { role: 'assistant', content: '' },
          done: true,
          done_reason: reason,
          total_duration: 5_000_000,
          load_duration: 1_000_000,
          prompt_eval_count: usage.input,
          prompt_eval_duration: 1_000_000,
          eval_count: usage.output,
          eval_duration: 3_000_000,
        }),
    };
  },
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
  details: { format: 'gguf', family: 'fake', parameter_size: '7.6B', quantization_level: 'Q4_K_M' },
});
