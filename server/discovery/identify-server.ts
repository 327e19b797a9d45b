/** Identifies the model server at one address by the fingerprints of all engines. */
import * as z from 'zod';
import type { IdentifiedEndpoint } from '../../shared/discovery.ts';
import { hideModelPath } from '../engines/define.ts';
import type { EngineDefinition } from '../engines/engine.ts';
import {
  type Evidence,
  evidenceStrengths,
  openaiModelsPath,
  type ProbeResponse,
  type ServerFingerprint,
} from '../engines/fingerprint.ts';
import type { Http } from '../platform/http.ts';
import { probe } from './probe.ts';

/** Every server that listens is probed at these paths. */
const firstProbePaths = ['/', openaiModelsPath] as const;
const maxModels = 50;
const maxNameLength = 200;

type EngineEvidence = Evidence & {
  readonly definition: EngineDefinition;
  readonly fingerprint: ServerFingerprint;
};

/** Strongest first; in the order of `definitions` where strengths are equal. */
const rankEvidence = (definitions: readonly EngineDefinition[]): readonly EngineEvidence[] =>
  definitions
    .flatMap((definition) => {
      const { fingerprint } = definition;
      return fingerprint
        ? fingerprint.evidence.map((evidence) => ({ ...evidence, definition, fingerprint }))
        : [];
    })
    .toSorted(
      (one, other) => evidenceStrengths.indexOf(one.strength) - evidenceStrengths.indexOf(other.strength),
    );

/**
 * The model server below `root`; `undefined`: no server, or no model server. Probes in two rounds, so that other programs
 * get two requests and no more. Never rejects; a response that has not come when `signal` aborts counts as absent.
 * @param root an address without a trailing slash
 */
export async function identifyServer(
  root: string,
  { http, definitions }: { readonly http: Http; readonly definitions: readonly EngineDefinition[] },
  signal: AbortSignal,
): Promise<IdentifiedEndpoint | undefined> {
  const responses = new Map<string, ProbeResponse>();
  const probeAll = async (paths: Iterable<string>): Promise<void> => {
    await Promise.all(
      [...new Set(paths)].map(async (path) => {
        const response = responses.has(path) ? undefined : await probe(http, `${root}${path}`, signal);
        if (response) responses.set(path, response);
      }),
    );
  };
  const ranked = rankEvidence(definitions);
  const strongestMatch = (): EngineEvidence | undefined =>
    ranked.find(({ path, matches }) => {
      const response = responses.get(path);
      return response !== undefined && matches(response);
    });

  await probeAll(firstProbePaths);
  if (responses.size === 0) return;
  const first = strongestMatch();
  if (!first && ![...responses.values()].some(mayServeModels)) return;
  const stronger = first ? ranked.slice(0, ranked.indexOf(first)) : ranked;
  const versionPath = first?.fingerprint.version?.path;
  await probeAll([...stronger.map(({ path }) => path), ...(versionPath ? [versionPath] : [])]);
  const match = strongestMatch();
  if (!match) return;
  const { version } = match.fingerprint;
  if (version) await probeAll([version.path]);
  return describeServer(root, match, responses);
}

function describeServer(
  root: string,
  { label, forwards, definition, fingerprint }: EngineEvidence,
  responses: ReadonlyMap<string, ProbeResponse>,
): IdentifiedEndpoint {
  const list = responses.get(openaiModelsPath);
  const models = list?.status === 200 ? modelNames(list.json) : undefined;
  const { version } = fingerprint;
  const versionText = version && textField(responses.get(version.path)?.json, version.field);
  return {
    kind: definition.kind,
    label: label ?? definition.label,
    baseUrl: `${root}${fingerprint.basePath}`,
    state: stateOf(list),
    ...(forwards ? { forwards } : {}),
    ...(versionText ? { version: versionText } : {}),
    ...(textField(responses.get('/props')?.json, 'role') === 'router' ? { router: true } : {}),
    ...(models ? { models } : {}),
  };
}

/** A web page or an empty error is not a model server; JSON at one of the probed paths may be. */
const mayServeModels = ({ json }: ProbeResponse): boolean => typeof json === 'object' && json !== null;

function stateOf(list: ProbeResponse | undefined): IdentifiedEndpoint['state'] {
  if (list?.status === 401 || list?.status === 403) return 'needs-key';
  return list?.status === 503 ? 'loading' : 'ready';
}

const List = z.object({ data: z.array(z.unknown()) });
const Entry = z.object({ id: z.string() });

/** From an untrusted server: only what could be a name, and not too many. `undefined`: the list cannot be read. */
function modelNames(list: unknown): readonly string[] | undefined {
  return List.safeParse(list)
    .data?.data.flatMap((value) => Entry.safeParse(value).data?.id ?? [])
    .map(hideModelPath)
    .filter(isName)
    .slice(0, maxModels);
}

const isName = (name: string): boolean =>
  name !== '' && name.length <= maxNameLength && !/[\p{Cc}\p{Cf}]/u.test(name);

/** A short text in this field. `undefined`: there is none. */
function textField(json: unknown, field: string): string | undefined {
  const value = z.record(z.string(), z.unknown()).safeParse(json).data?.[field];
  return typeof value === 'string' && isName(value) ? value : undefined;
}
