/** Whether the practice engine is needed: no key is set and no local engine has a model. */
import { isForwarded } from '../../shared/environment.ts';

const probeMs = 300;

/** The response of a local engine with a model. Literal addresses: no name is looked up. */
const probes: readonly { url: string; hasModel: (response: Response) => Promise<boolean> }[] = [
  { url: 'http://127.0.0.1:11434/api/tags', hasModel: (response) => hasEntries(response, 'models') },
  {
    url: 'http://127.0.0.1:8080/v1/models',
    hasModel: async (response) =>
      response.headers.get('server') === 'llama.cpp' && (await hasEntries(response, 'data')),
  },
];

export async function needsPractice(env: NodeJS.ProcessEnv): Promise<boolean> {
  if (hasKey(env)) return false;
  const answers = await Promise.all(
    probes.map(({ url, hasModel }) =>
      ask(url)
        .then(hasModel)
        .catch(() => false),
    ),
  );
  return !answers.includes(true);
}

export function hasKey(env: NodeJS.ProcessEnv): boolean {
  return Object.entries(env).some(
    ([name, value]) => /_API_KEY(?:_\d+)?$/.test(name) && isForwarded(name) && Boolean(value?.trim()),
  );
}

const ask = (url: string): Promise<Response> =>
  fetch(url, { signal: AbortSignal.timeout(probeMs), redirect: 'error' });

async function hasEntries(response: Response, field: 'models' | 'data'): Promise<boolean> {
  const list: unknown = ((await response.json()) as Record<string, unknown>)[field];
  return response.ok && Array.isArray(list) && list.length > 0;
}
