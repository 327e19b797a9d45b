/** A fake Ollama with a disk, a memory and a registry. https://github.com/ollama/ollama/blob/main/docs/api.md */
import {
  type FakeRequest,
  type Layers,
  type LocalServer,
  localServer,
  type SlowNetwork,
  slowNetwork,
} from './local-server.ts';

export type FakeOllamaModels = LocalServer & {
  readonly network: SlowNetwork;
  /** Names with their bytes. */
  readonly disk: Map<string, number>;
  /** Names with the `keep_alive` that was sent. */
  readonly memory: Map<string, unknown>;
  /** Errors of the registry, by name. */
  readonly pullErrors: Map<string, string>;
  /** Ends a download after this many lines, without `success`, as if the server had crashed. */
  breakAfterLines: number;
};

export async function fakeOllamaModels(
  registry: Readonly<Record<string, Layers>> = {},
  disk: Readonly<Record<string, number>> = {},
  pieceBytes = 1_000,
): Promise<FakeOllamaModels> {
  const network = slowNetwork(pieceBytes);
  const state = {
    network,
    disk: new Map(Object.entries(disk)),
    memory: new Map<string, unknown>(),
    pullErrors: new Map<string, string>(),
    breakAfterLines: Number.POSITIVE_INFINITY,
  };

  const pull = async ({ body, response, signal }: FakeRequest): Promise<void> => {
    const model = tagged(String(body['model']));
    let lines = 0;
    const write = (line: object) => {
      lines += 1;
      if (lines <= state.breakAfterLines) response.write(`${JSON.stringify(line)}\n`);
    };
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    write({ status: 'pulling manifest' });
    const layers = registry[model];
    const pullError =
      state.pullErrors.get(model) ?? (layers ? undefined : 'pull model manifest: file does not exist');
    if (pullError !== undefined) {
      write({ error: pullError });
      return void response.end();
    }
    for (const [digest, total] of layers ?? []) {
      const status = `pulling ${digest.replace('sha256:', '').slice(0, 12)}`;
      const line = (completed: number) => ({
        status,
        digest,
        total,
        ...(completed > 0 ? { completed } : {}),
      });
      write(line(network.onDisk.get(digest) ?? 0));
      const isComplete = await network.fetch(digest, total, (done) => write(line(done)), signal);
      if (!isComplete || lines > state.breakAfterLines) return void response.end();
    }
    for (const status of ['verifying sha256 digest', 'writing manifest']) write({ status });
    state.disk.set(
      model,
      (layers ?? []).reduce((sum, [, bytes]) => sum + bytes, 0),
    );
    write({ status: 'success' });
    response.end();
  };

  const generate = ({ body, json }: FakeRequest, canGenerate: boolean) => {
    const model = tagged(String(body['model']));
    if (!state.disk.has(model)) return json(404, { error: `model '${body['model']}' not found` });
    const unloads = body['keep_alive'] === 0;
    if (unloads) state.memory.delete(model);
    else if (!canGenerate) return json(400, { error: `"${body['model']}" does not support generate` });
    else state.memory.set(model, body['keep_alive']);
    json(200, { model, response: '', done: true, done_reason: unloads ? 'unload' : 'load' });
  };

  const chat = ({ body, json, response }: FakeRequest) => {
    const model = tagged(String(body['model']));
    if (!state.disk.has(model)) return json(404, { error: `model '${body['model']}' not found` });
    state.memory.set(model, body['keep_alive']);
    const line = (content: string, more: object) =>
      `${JSON.stringify({ model, message: { role: 'assistant', content }, ...more })}\n`;
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.write(line('Here I am.', { done: false }));
    response.end(
      line('', { done: true, done_reason: 'stop', total_duration: 1, prompt_eval_count: 9, eval_count: 4 }),
    );
  };

  const server = await localServer((request, path) => {
    const { body, json, text } = request;
    const embeds = /embed/.test(String(body['model']));
    if (path === '/api/tags')
      return json(200, {
        models: [...state.disk].map(([name, size]) => ({ name, model: name, size, ...remote(name) })),
      });
    if (path === '/api/ps')
      return json(200, {
        models: [...state.memory.keys()].map((name) => ({
          name,
          model: name,
          size: (state.disk.get(name) ?? 0) * 1.2,
          size_vram: 0,
          expires_at: '2026-11-21T12:05:00Z',
          context_length: 4096,
        })),
      });
    if (path === '/api/generate') return generate(request, !embeds);
    if (path === '/api/embed') {
      state.memory.set(tagged(String(body['model'])), body['keep_alive']);
      return json(200, { model: body['model'], embeddings: [] });
    }
    if (path === '/api/chat') return chat(request);
    if (path === '/api/pull') return pull(request);
    text(404, '404 page not found');
  });
  return Object.assign(state, server);
}

const tagged = (name: string): string => (name.includes(':') ? name : `${name}:latest`);
const remote = (name: string): object =>
  /cloud$/.test(name) ? { remote_host: 'https://ollama.com:443' } : {};
