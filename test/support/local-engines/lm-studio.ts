/** A fake LM Studio 0.4 with a disk, instances and a catalogue. https://lmstudio.ai/docs/developer/rest */
import { type LocalServer, localServer, type SlowNetwork, slowNetwork } from './local-server.ts';

export type FakeStudio = LocalServer & {
  readonly network: SlowNetwork;
  /** Keys with their bytes. */
  readonly disk: Map<string, number>;
  /** Instances with the key of their model. */
  readonly instances: Map<string, string>;
  /** Downloads, by job. */
  readonly jobs: Map<string, { status: string; done: number; total: number }>;
  /** `true`: a version before 0.4, which answers every path with a 200. */
  old: boolean;
};

/** @param catalogue what can be fetched, with the key it gets here and its bytes */
export async function fakeStudio(
  catalogue: Readonly<Record<string, readonly [key: string, bytes: number]>> = {},
  disk: Readonly<Record<string, number>> = {},
): Promise<FakeStudio> {
  const network = slowNetwork(1_000);
  const state: Omit<FakeStudio, keyof LocalServer> = {
    network,
    disk: new Map(Object.entries(disk)),
    instances: new Map(),
    jobs: new Map(),
    old: false,
  };
  const never = new AbortController().signal;

  const download = async (id: string, key: string, total: number): Promise<void> => {
    const job = { status: 'downloading', done: network.onDisk.get(key) ?? 0, total };
    state.jobs.set(id, job);
    const onPiece = (done: number) => {
      job.done = done;
    };
    await network.fetch(key, total, onPiece, never);
    if (job.status === 'failed') return;
    job.status = 'completed';
    state.disk.set(key, total);
  };
  const statusOf = (id: string) => {
    const job = state.jobs.get(id);
    return job && { job_id: id, status: job.status, downloaded_bytes: job.done, total_size_bytes: job.total };
  };

  const server = await localServer(({ body, method, json }, path) => {
    const unexpected = { error: `Unexpected endpoint or method. (${method} ${path})` };
    if (state.old) return json(200, unexpected);
    const model = String(body['model'] ?? '');
    if (path === '/api/v1/models')
      return json(200, {
        models: [...state.disk].map(([key, size_bytes]) => ({
          type: 'llm',
          key,
          size_bytes,
          loaded_instances: [...state.instances]
            .filter(([, of]) => of === key)
            .map(([id]) => ({ id, config: { context_length: 4096 } })),
        })),
      });
    if (path === '/api/v1/models/load') {
      if (!state.disk.has(model))
        return json(404, { error: { type: 'model_not_found', message: `No model ${model}` } });
      const id = state.instances.has(model) ? `${model}:2` : model;
      state.instances.set(id, model);
      return json(200, { type: 'llm', instance_id: id, load_time_seconds: 9.099, status: 'loaded' });
    }
    if (path === '/api/v1/models/unload') {
      state.instances.delete(String(body['instance_id']));
      return json(200, { instance_id: body['instance_id'] });
    }
    if (path === '/api/v1/models/download') {
      const found = catalogue[model];
      if (!found)
        return json(404, { error: { type: 'model_not_found', message: `Model ${model} was not found` } });
      const [key, bytes] = found;
      if (state.disk.has(key)) return json(200, { status: 'already_downloaded' });
      const id = `job_${key}`;
      if (state.jobs.get(id)?.status !== 'downloading') void download(id, key, bytes);
      return json(200, statusOf(id));
    }
    const [, job = ''] = /^\/api\/v1\/models\/download\/status\/(.+)$/.exec(path) ?? [];
    const status = statusOf(job);
    json(status ? 200 : 404, status ?? unexpected);
  });
  return Object.assign(state, server);
}
