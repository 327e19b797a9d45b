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
export type RouterModel = { status: Status; failed?: boolean; exitCode?: number; breaks?: boolean };

export type FakeRouter = LocalServer & {
  readonly network: SlowNetwork;
  readonly models: Map<string, RouterModel>;
  /** Streams of events that are open now. */
  readonly listeners: Set<ServerResponse>;
  /** Loads end only when this is called. */
  finishLoads(): void;
  /** Loads end by themselves. */
  quick: boolean;
  /** An older server: no stream of events. */
  deaf: boolean;
  /** The files stand one deeper in the event, as newer servers have it. */
  deep: boolean;
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
    deaf: false,
    deep: false,
  };

  const tell = (model: string, event: string, data?: object) => {
    for (const each of state.listeners) each.write(`data: ${JSON.stringify({ model, event, data })}\n\n`);
  };
  const error = (code: number, type: string, message: string) => ({ error: { code, message, type } });
  const refused = ({ json }: FakeRequest, message: string) =>
    json(400, error(400, 'invalid_request_error', message));

  const load = (name: string, model: RouterModel): void => {
    model.status = 'loading';
    delete model.failed;
    tell(name, 'model_status', { status: 'loading' });
    const progress = (value: number) => ({ stages: ['text_model'], current: 'text_model', value });
    tell(name, 'status_change', { status: 'loading', progress: progress(0) });
    loads.push(() => {
      tell(name, 'status_change', { status: 'loading', progress: progress(1) });
      if (model.breaks) Object.assign(model, { status: 'unloaded', failed: true, exitCode: 1 });
      else model.status = 'loaded';
      const end = model.breaks
        ? { status: 'unloaded', exit_code: 1 }
        : { status: 'loaded', info: { id: name } };
      tell(name, 'status_change', end);
    });
    if (state.quick) setTimeout(state.finishLoads, 5);
  };

  const download = async (name: string): Promise<void> => {
    const stop = new AbortController();
    downloads.set(name, stop);
    state.models.set(name, { status: 'downloading' });
    tell(name, 'model_status', { status: 'downloading' });
    const files = new Map<string, { done: number; total: number }>();
    let whole = registry[name] !== undefined;
    for (const [url, total] of registry[name] ?? []) {
      const heard = (done: number) => {
        files.set(url, { done, total });
        const all = Object.fromEntries(files);
        tell(name, 'download_progress', state.deep ? { progress: all } : all);
      };
      whole = whole && (await network.fetch(url, total, heard, stop.signal));
    }
    downloads.delete(name);
    if (whole) state.models.set(name, { status: 'unloaded' });
    else state.models.delete(name);
    // It says so even when there was nothing to fetch.
    tell(name, stop.signal.aborted ? 'download_failed' : 'download_finished');
    if (!whole) tell(name, 'model_remove');
  };

  const server = await localServer((asked, path) => {
    const { body, method, json, response } = asked;
    response.setHeader('server', 'llama.cpp');
    const name = String(body['model'] ?? '');
    const model = state.models.get(name);
    if (path === '/props') return json(200, { role: 'router', max_instances: 4, models_autoload: true });
    if (path === '/models' && method === 'GET')
      return json(200, { data: [...state.models].map(entry), object: 'list' });
    if (path === '/models') {
      if (model) return refused(asked, `model '${name}' already exists`);
      if (!name.includes('/')) return refused(asked, 'model validation failed, unable to download');
      json(200, { success: true });
      return void download(name);
    }
    if (path === '/models/load') {
      if (!model) return json(404, error(404, 'not_found_error', 'File Not Found'));
      if (model.status !== 'unloaded') return refused(asked, 'model is already running');
      load(name, model);
      return json(200, { success: true });
    }
    if (path === '/models/unload') {
      if (!model) return refused(asked, 'model is not found');
      if (model.status === 'unloaded') return refused(asked, 'model is not running');
      if (model.status === 'downloading') downloads.get(name)?.abort();
      else {
        model.status = 'unloaded';
        tell(name, 'status_change', { status: 'unloaded', exit_code: 0 });
      }
      return json(200, { success: true });
    }
    if (path === '/models/sse' && !state.deaf) {
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
