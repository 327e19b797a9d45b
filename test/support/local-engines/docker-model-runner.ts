/** A fake Docker Model Runner with a store, runners and a registry. https://github.com/docker/model-runner */
import {
  type FakeRequest,
  type Layers,
  type LocalServer,
  localServer,
  type SlowNetwork,
  slowNetwork,
} from './local-server.ts';

export type FakeDocker = LocalServer & {
  readonly network: SlowNetwork;
  /** Tags with the size as Docker formats it. */
  readonly store: Map<string, string>;
  /** Models in memory, by the name of the request that loaded them. */
  readonly runners: Map<string, { loading?: boolean; inUse?: boolean }>;
  /** Configuration of models, by tag. */
  readonly configured: Map<string, Record<string, unknown>>;
  /** Status and text instead of a download, by tag. */
  readonly pullErrors: Map<string, readonly [number, string]>;
  /** A failure after the first layer: an `error` with this message, then a line with this text; or only the end. */
  fault: { readonly message?: string; readonly text?: string } | undefined;
  /** Responds as if the client had not requested JSON: text, escaped for HTML. */
  escapes: boolean;
};

export async function fakeDocker(
  registry: Readonly<Record<string, Layers>> = {},
  store: Readonly<Record<string, string>> = {},
): Promise<FakeDocker> {
  const network = slowNetwork(1_000);
  const state: Omit<FakeDocker, keyof LocalServer> = {
    network,
    store: new Map(Object.entries(store)),
    runners: new Map(),
    configured: new Map(),
    pullErrors: new Map(),
    fault: undefined,
    escapes: false,
  };

  const create = async ({ body, headers, response, signal, text }: FakeRequest): Promise<void> => {
    const tag = tagOf(String(body['from']));
    const layers = registry[tag];
    const pullError = state.pullErrors.get(tag) ?? (layers ? undefined : ([401, 'Unauthorized'] as const));
    if (pullError) return text(pullError[0], `${pullError[1]}\n`);
    const isJson = headers['accept'] === 'application/json' && !state.escapes;
    response.writeHead(200, { 'content-type': isJson ? 'application/json' : 'text/plain' });
    const all = (layers ?? []).reduce((sum, [, bytes]) => sum + bytes, 0);
    const write = (message: object) => {
      const line = JSON.stringify(message);
      response.write(`${isJson ? line : line.replaceAll('"', '&#34;')}\n`);
    };
    for (const [id, size] of layers ?? []) {
      const progress = (current: number) => ({
        type: 'progress',
        message: `Downloaded: ${(current / 1e6).toFixed(2)} MB`,
        total: all,
        layer: { id, size, current },
        mode: 'pull',
      });
      if (!(await network.fetch(id, size, (done) => write(progress(done)), signal)))
        return void response.end();
      if (state.fault?.message)
        write({ type: 'error', message: state.fault.message, total: 0, layer: { size: 0, current: 0 } });
      if (state.fault) return void response.end(state.fault.text && `${state.fault.text}\n`);
    }
    state.store.set(tag, `${(all / 1e6).toFixed(2)}MB`);
    write({
      type: 'success',
      message: 'Model pulled successfully',
      total: 0,
      layer: { size: 0, current: 0 },
      mode: 'pull',
    });
    response.end();
  };

  const server = await localServer((request, path) => {
    const { body, headers, method, query, json, text, response } = request;
    const model = tagOf(String(body['model'] ?? query.get('model') ?? ''));
    if (path === '/models' && method === 'GET')
      return json(
        200,
        [...state.store].map(([tag, size], index) => ({
          id: `sha256:${String(index).repeat(8)}`,
          tags: [tag],
          created: 1,
          config: { format: 'gguf', size },
        })),
      );
    if (path === '/models/create') return create(request);
    if (path === '/engines/ps')
      return json(
        200,
        [...state.runners].map(([name, { loading, inUse }]) => ({
          backend_name: 'llama.cpp',
          model_name: name,
          mode: 'completion',
          last_used: '0001-01-01T00:00:00Z',
          ...(inUse ? { in_use: true } : {}),
          ...(loading ? { loading: true } : {}),
        })),
      );
    if (path === '/engines/unload') {
      const names = (body['models'] as string[]).map(tagOf);
      const freed = [...state.runners].filter(([name, { inUse }]) => names.includes(tagOf(name)) && !inUse);
      for (const [name] of freed) state.runners.delete(name);
      return json(200, { unloaded_runners: freed.length });
    }
    if (path === '/engines/_configure' && method === 'GET')
      return json(
        200,
        [...state.configured]
          .filter(([tag]) => tag === model)
          .map(([tag, Config]) => ({
            Backend: 'llama.cpp',
            Model: tag,
            ModelID: tag,
            Mode: 'completion',
            Config,
          })),
      );
    if (path === '/engines/_configure') {
      const { model: _, ...config } = body;
      state.configured.set(model, config);
      return void response.writeHead(202).end();
    }
    if (/^\/engines\/v1\/(?:chat\/completions|embeddings)$/.test(path)) {
      if (!state.store.has(model)) return text(404, 'model not found\n');
      state.runners.set(String(body['model']), {});
      return headers['x-preload-only'] === 'true'
        ? void response.writeHead(200).end()
        : json(200, { choices: [] });
    }
    text(404, '404 page not found\n');
  });
  return Object.assign(state, server);
}

const tagOf = (name: string): string => {
  const path = name.includes('/') ? name : `ai/${name}`;
  return path.slice(path.lastIndexOf('/')).includes(':') ? path : `${path}:latest`;
};
