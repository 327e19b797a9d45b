/** Asks one address who it is. */
import * as z from 'zod';
import type { IdentifiedEndpoint } from '../../shared/discovery.ts';
import { baseName } from '../engines/define.ts';
import type { EngineDefinition } from '../engines/engine.ts';
import type { Http } from '../platform/http.ts';
import { type Fingerprint, fingerprints, firstProbePaths, listPath, traitsOf } from './fingerprints.ts';
import { type ProbeResponse, probe } from './probe.ts';

const maxModels = 50;
const maxNameLength = 200;

/**
 * Who answers below `root`; `undefined` when nobody does, or nobody who serves models. Two rounds: strangers that are
 * plainly no model servers are asked for two paths and left alone. Never rejects; what has not come when `signal`
 * aborts counts as not said.
 * @param root an address without a trailing slash
 */
export async function identifyServer(
  root: string,
  { http, definitions }: { readonly http: Http; readonly definitions: readonly EngineDefinition[] },
  signal: AbortSignal,
): Promise<IdentifiedEndpoint | undefined> {
  const answers = new Map<string, ProbeResponse>();
  const ask = async (paths: Iterable<string>): Promise<void> => {
    await Promise.all(
      [...new Set(paths)].map(async (path) => {
        const answer = answers.has(path) ? undefined : await probe(http, `${root}${path}`, signal);
        if (answer) answers.set(path, answer);
      }),
    );
  };

  await ask(firstProbePaths);
  if (answers.size === 0) return;
  const first = strongestMatch(answers);
  if (!first && ![...answers.values()].some(mayServeModels)) return;
  const stronger = first ? fingerprints.slice(0, fingerprints.indexOf(first)) : fingerprints;
  const versionPath = first && traitsOf(first.kind).version?.path;
  await ask([...stronger.map(({ path }) => path), ...(versionPath ? [versionPath] : [])]);
  const found = strongestMatch(answers);
  if (!found) return;

  const { basePath, version } = traitsOf(found.kind);
  if (version) await ask([version.path]);
  const definition = definitions.find(({ kind }) => kind === found.kind);
  const own = answers.get(listPath);
  const models = own?.status === 200 ? modelNames(own.json) : undefined;
  const said = version && textField(answers.get(version.path)?.json, version.field);
  return {
    kind: found.kind,
    label: found.label ?? definition?.label ?? found.kind,
    baseUrl: `${root}${basePath}`,
    state: stateOf(own),
    ...(said ? { version: said } : {}),
    ...(textField(answers.get('/props')?.json, 'role') === 'router' ? { router: true } : {}),
    ...(models ? { models } : {}),
  };
}

const strongestMatch = (answers: ReadonlyMap<string, ProbeResponse>): Fingerprint | undefined =>
  fingerprints.find(({ path, matches }) => {
    const answer = answers.get(path);
    return answer !== undefined && matches(answer);
  });

/** A web page or an empty refusal is no model server; JSON at a path of ours may be one. */
const mayServeModels = ({ json }: ProbeResponse): boolean => typeof json === 'object' && json !== null;

function stateOf(list: ProbeResponse | undefined): IdentifiedEndpoint['state'] {
  if (list?.status === 401 || list?.status === 403) return 'needs-key';
  return list?.status === 503 ? 'loading' : 'ready';
}

const List = z.object({ data: z.array(z.unknown()) });
const Entry = z.object({ id: z.string() });

/** A stranger's words: only what could be a name, and not too many. `undefined`: the list cannot be read. */
function modelNames(list: unknown): readonly string[] | undefined {
  return (
    List.safeParse(list)
      .data?.data.flatMap((value) => Entry.safeParse(value).data?.id ?? [])
      // llama.cpp names a model by its file, which is nobody's business.
      .map((id) => (/[\\/].*\.gguf$/i.test(id) ? baseName(id) : id))
      .filter(isName)
      .slice(0, maxModels)
  );
}

const isName = (name: string): boolean =>
  name !== '' && name.length <= maxNameLength && !/[\p{Cc}\p{Cf}]/u.test(name);

/** A short text under this name. `undefined`: there is none. */
function textField(json: unknown, field: string): string | undefined {
  const said = z.record(z.string(), z.unknown()).safeParse(json).data?.[field];
  return typeof said === 'string' && isName(said) ? said : undefined;
}
