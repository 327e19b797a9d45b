/**
 * How model servers are told apart: by what they answer, not by their port, since three of them share 8080. A new kind
 * is a line here. Pure.
 */
import * as z from 'zod';
import type { ProbeResponse } from './probe.ts';

export type Fingerprint = {
  /** An engine of server/engines/table.ts. */
  readonly kind: string;
  /** Absent: the engine's own. */
  readonly label?: string;
  /** Asked with GET, below the root. */
  readonly path: string;
  matches(answer: ProbeResponse): boolean;
};

/** Asked of everybody who listens. */
export const firstProbePaths = ['/', '/v1/models'] as const;
export const listPath = '/v1/models';

/**
 * Strongest first: who copies another's answers is told from it by a row above. Docker Model Runner answers as Ollama
 * does, and llama.cpp's list has Ollama's shape too.
 */
export const fingerprints: readonly Fingerprint[] = [
  { kind: 'ollama', path: '/', matches: bodyStartsWith('Ollama is running') },
  { kind: 'docker-model-runner', path: '/', matches: bodyStartsWith('Docker Model Runner is running') },
  { kind: 'llama-cpp', path: '/', matches: hasServerHeader('llama.cpp') },
  { kind: 'llama-cpp', path: listPath, matches: hasServerHeader('llama.cpp') },
  { kind: 'llama-cpp', path: listPath, matches: isOwnedBy('llamacpp') },
  { kind: 'llama-cpp', path: listPath, matches: isLoadingModel },
  { kind: 'vllm', path: listPath, matches: isOwnedBy('vllm') },
  { kind: 'vllm', path: listPath, matches: refusesAsVllm },
  { kind: 'openai-compatible', label: 'SGLang', path: listPath, matches: isOwnedBy('sglang') },
  {
    kind: 'docker-model-runner',
    path: '/engines/status',
    matches: bodyHasShape(z.object({ 'llama.cpp': z.string() })),
  },
  {
    kind: 'lm-studio',
    path: '/lmstudio-greeting',
    matches: bodyHasShape(z.object({ lmstudio: z.literal(true) })),
  },
  {
    kind: 'lm-studio',
    path: '/api/v1/models',
    matches: listsEntries('models', { key: z.string(), type: z.string() }),
  },
  {
    kind: 'lm-studio',
    path: '/api/v0/models',
    matches: listsEntries('data', { id: z.string(), state: z.string() }),
  },
  {
    kind: 'lm-studio',
    path: '/',
    matches: bodyHasShape(z.object({ error: z.string().startsWith('Unexpected endpoint or method.') })),
  },
  { kind: 'llama-cpp', path: '/props', matches: bodyHasShape(z.object({ build_info: z.string() })) },
  {
    kind: 'ollama',
    path: '/api/tags',
    matches: listsEntries('models', { name: z.string(), digest: z.string() }),
  },
  {
    kind: 'openai-compatible',
    label: 'SGLang',
    path: '/get_model_info',
    matches: bodyHasShape(z.object({ model_path: z.string() })),
  },
  {
    kind: 'openai-compatible',
    label: 'Text Generation Inference',
    path: '/info',
    matches: bodyHasShape(z.object({ model_id: z.string(), version: z.string() })),
  },
  // A long list is cut off, so its beginning must do.
  {
    kind: 'openai-compatible',
    path: listPath,
    matches: ({ status, text }) =>
      status === 200 && /^\s*\{(?=[\s\S]*"data"\s*:\s*\[)[\s\S]*"object"\s*:\s*"(?:list|model)"/.test(text),
  },
  { kind: 'openai-compatible', path: listPath, matches: refusesAsOpenAi },
];

/** What the rest of the house needs to know of a kind beside its fingerprint. */
export type KindTraits = {
  /** Put behind the root to make the engine's base URL. */
  readonly basePath: string;
  /** Where it tells its version, and under which name. */
  readonly version?: { readonly path: string; readonly field: string };
};

const traits: Readonly<Record<string, KindTraits>> = {
  ollama: { basePath: '', version: { path: '/api/version', field: 'version' } },
  'docker-model-runner': { basePath: '/engines', version: { path: '/version', field: 'version' } },
  'llama-cpp': { basePath: '', version: { path: '/props', field: 'build_info' } },
  'lm-studio': { basePath: '' },
  vllm: { basePath: '', version: { path: '/version', field: 'version' } },
};
/** Engines without a version of their own in the address are given OpenAI's. */
export const traitsOf = (kind: string): KindTraits => traits[kind] ?? { basePath: '/v1' };

/** Where these servers listen unless told otherwise. Ports that other programs use as often are left to the user. */
export const defaultPorts: readonly number[] = [
  11_434, // Ollama
  12_434, // Docker Model Runner
  12_435, // Docker Offload
  8080, // llama.cpp, llamafile, LocalAI
  1234, // LM Studio
  8000, // vLLM
  30_000, // SGLang
  1337, // Jan
  5001, // KoboldCpp
  4891, // GPT4All
];

function bodyStartsWith(text: string): Fingerprint['matches'] {
  return (answer) => answer.status === 200 && answer.text.trimStart().startsWith(text);
}

/** llama-server says so with every answer, refusals too. */
function hasServerHeader(server: string): Fingerprint['matches'] {
  return ({ headers }) => headers['server'] === server;
}

function bodyHasShape(shape: z.ZodType): Fingerprint['matches'] {
  return ({ status, json }) => status === 200 && shape.safeParse(json).success;
}

function isOwnedBy(owner: string): Fingerprint['matches'] {
  return listsEntries('data', { owned_by: z.literal(owner) });
}

/** A list whose first entry has this shape; an empty one shows nothing. */
function listsEntries(field: string, entry: z.ZodRawShape): Fingerprint['matches'] {
  return bodyHasShape(
    z.object({ [field]: z.array(z.unknown()).refine(([first]) => z.object(entry).safeParse(first).success) }),
  );
}

const LoadingBody = z.object({ error: z.object({ type: z.literal('unavailable_error') }) });
function isLoadingModel({ status, json }: ProbeResponse): boolean {
  return status === 503 && LoadingBody.safeParse(json).success;
}

function refusesAsVllm({ status, json, headers }: ProbeResponse): boolean {
  const refusal = z.object({ error: z.literal('Unauthorized') });
  return status === 401 && headers['server'] === 'uvicorn' && refusal.safeParse(json).success;
}

const Refusal = z.object({ error: z.union([z.string(), z.object({ message: z.string() })]) });
/** Any page behind a password answers 401; only an API says so in JSON and asks for no dialogue of the browser. */
function refusesAsOpenAi({ status, headers, json }: ProbeResponse): boolean {
  return (
    status === 401 && !/^basic/i.test(headers['www-authenticate'] ?? '') && Refusal.safeParse(json).success
  );
}
