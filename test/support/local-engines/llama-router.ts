/**
 * A fake llama-server as a router: models that load in processes of their own, a cache it fetches into, and events.
 * https://github.com/ggml-org/llama.cpp/tree/master/tools/server#using-multiple-models
 */
import type { ServerResponse } from 'node:http';
import {
  type FakeRequest,
  type Layers,
  type LocalServer,
  localServer,
  type SlowNetwork,
  slowNetwork,
} from './local-server.ts';

type Status = 'unloaded' | 'loading' | 'loaded' | 'sleeping' | 'downloading';
export type RouterModel = { status: Status; failed?: boolean; exitCode?: number; failsToLoad?: boolean };

export type FakeRouter = LocalServer & {
  readonly network: SlowNetwork;
  readonly models: Map<string, RouterModel>;
  /** Open streams of events. */
  readonly listeners: Set<ServerResponse>;
  /** Ends the running loads. */
  finishLoads(): void;
  /** `true`: loads end by themselves. */
  quick: boolean;
  /** An older server: no stream of events. */
  withoutEvents: boolean;
  /** Events nest the files one level deeper, as in newer servers. */
  nestsFiles: boolean;
};

export async function fakeRouter(
  models: Readonly<Record<string, RouterModel>> = {},
  registry: Readonly<Record<string, Layers>> = {},
): Promise<FakeRouter> {
  const network = slowNetwork(1_000);
  const downloads = new Map<string, AbortController>();
  const loads: (() => void)[] = [];
  const state: Omit<FakeRouter, keyof LocalServer> = {
    network,
    models: new Map(Object.entries(models)),
    listeners: new Set(),
    finishLoads() {
      for (const finish of loads.splice(0)) finish();
    },
    quick: true,
    withoutEvents: false,
    nestsFiles: false,
  };

  const send = (model: string, event: string, data?: object) => {
    for (const each of state.listeners) each.write(`data: ${JSON.stringify({ model, event, data })}\n\n`);
  };
  const error = (code: number, type: string, message: string) => ({ error: { code, message, type } });
  const refused = ({ json }: FakeRequest, message: string) =>
    json(400, error(400, 'invalid_request_error', message));

  const load = (name: string, model: RouterModel): void => {
    model.status = 'loading';
    delete model.failed;
    send(name, 'model_status', { status: 'loading' });
    const progress = (value: number) => ({ stages: ['text_model'], current: 'text_model', value });
    send(name, 'status_change', { status: 'loading', progress: progress(0) });
    loads.push(() => {
      send(name, 'status_change', { status: 'loading', progress: progress(1) });
      if (model.failsToLoad) Object.assign(model, { status: 'unloaded', failed: true, exitCode: 1 });
      else model.status = 'loaded';
      const end = model.failsToLoad
        ? { status: 'unloaded', exit_code: 1 }
        : { status: 'loaded', info: { id: name } };
      send(name, 'status_change', end);
    });
    if (state.quick) setTimeout(state.finishLoads, 5);
  };

  const download = async (name: string): Promise<void> => {
    const stop = new AbortController();
    downloads.set(name, stop);
    state.models.set(name, { status: 'downloading' });
    send(name, 'model_status', { status: 'downloading' });
    const files = new Map<string, { done: number; total: number }>();
    let isComplete = registry[name] !== undefined;
    for (const [url, total] of registry[name] ?? []) {
      const onPiece = (done: number) => {
        files.set(url, { done, total });
        const all = Object.fromEntries(files);
        send(name, 'download_progress', state.nestsFiles ? { progress: all } : all);
      };
      isComplete = isComplete && (await network.fetch(url, total, onPiece, stop.signal));
    }
    downloads.delete(name);
    if (isComplete) state.models.set(name, { status: 'unloaded' });
    else state.models.delete(name);
    // The router reports this even when there was nothing to fetch.
    send(name, stop.signal.aborted ? 'download_failed' : 'download_finished');
    if (!isComplete) send(name, 'model_remove');
  };

  const server = await localServer((request, path) => {
    const { body, method, json, response } = request;
    response.setHeader('server', 'llama.cpp');
    const name = String(body['model'] ?? '');
    const model = state.models.get(name);
    if (path === '/props') return json(200, { role: 'router', max_instances: 4, models_autoload: true });
    if (path === '/models' && method === 'GET')
      return json(200, { data: [...state.models].map(entry), object: 'list' });
    if (path === '/models') {
      if (model) return refused(request, `model '${name}' already exists`);
      if (!name.includes('/')) return refused(request, 'model validation failed, unable to download');
      json(200, { success: true });
      return void download(name);
    }
    if (path === '/models/load') {
      if (!model) return json(404, error(404, 'not_found_error', 'File Not Found'));
      if (model.status !== 'unloaded') return refused(request, 'model is already running');
      load(name, model);
      return json(200, { success: true });
    }
    if (path === '/models/unload') {
      if (!model) return refused(request, 'model is not found');
      if (model.status === 'unloaded') return refused(request, 'model is not running');
      if (model.status === 'downloading') downloads.get(name)?.abort();
      else {
        model.status = 'unloaded';
        send(name, 'status_change', { status: 'unloaded', exit_code: 0 });
      }
      return json(200, { success: true });
    }
    if (path === '/models/sse' && !state.withoutEvents) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      state.listeners.add(response);
      return void response.on('close', () => state.listeners.delete(response));
    }
    if (path === '/completion' && model?.status === 'sleeping') {
      model.status = 'loaded';
      return json(200, { content: '' });
    }
    json(404, error(404, 'not_found_error', 'File Not Found'));
  });
  return Object.assign(state, server);
}

const entry = ([id, { status, failed, exitCode }]: [string, RouterModel]): object => ({
  id,
  aliases: [],
  tags: [],
  object: 'model',
  owned_by: 'llamacpp',
  created: 1,
  status: { value: status, args: [], ...(failed ? { exit_code: exitCode, failed } : {}) },
  source: 'models_dir',
  can_remove: false,
  ...(status === 'loaded' ? { meta: { n_ctx: 512, size: 383_744 } } : {}),
});
