/** How discovery recognizes a model server: by its responses, not by its port, since three kinds use 8080. Pure. */
import * as z from 'zod';

/** What a server answers to a GET without a key. */
export type ProbeResponse = {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** At most the first 64 KiB. */
  readonly text: string;
  /** `undefined`: not JSON, or cut off. */
  readonly json: unknown;
};

/**
 * How well a match proves the kind, strongest first; a stronger match outweighs a weaker one of another kind.
 * `states-name`: the server names itself. `own-path`: only this kind answers at the path. `own-shape`: only this kind
 * answers like this at a path that others have too. `copied-shape`: other kinds imitate the response. `any-copy`: all
 * servers with OpenAI's interface respond like this.
 */
export const evidenceStrengths = [
  'states-name',
  'own-path',
  'own-shape',
  'copied-shape',
  'any-copy',
] as const;

export type Evidence = {
  readonly strength: (typeof evidenceStrengths)[number];
  /** Below the server's root. */
  readonly path: string;
  matches(response: ProbeResponse): boolean;
  /** Name of the program, where several have one kind. Absent: the engine's label. */
  readonly label?: string;
  /** The program passes requests on to services elsewhere. Absent: it runs models itself. */
  readonly forwards?: true;
};

export type ServerFingerprint = {
  readonly evidence: readonly Evidence[];
  /** Appended to the server's root to make the engine's base URL. */
  readonly basePath: string;
  /** Where the server reports its version, and in which field. Absent: nowhere. */
  readonly version?: { readonly path: string; readonly field: string };
  /** Where such servers listen by default; ports that other programs use as often are left to the user. */
  readonly defaultPorts: readonly number[];
};

/** OpenAI's list of models, which most local servers have. */
export const openaiModelsPath = '/v1/models';

type Match = Evidence['matches'];

export const bodyStartsWith =
  (text: string): Match =>
  (response) =>
    response.status === 200 && response.text.trimStart().startsWith(text);

/** Whether the `server` header has this value, in error responses as well. */
export const hasServerHeader =
  (server: string): Match =>
  ({ headers }) =>
    headers['server'] === server;

export const bodyHasShape =
  (shape: z.ZodType): Match =>
  ({ status, json }) =>
    status === 200 && shape.safeParse(json).success;

/** OpenAI's list of models whose first entry has this owner. */
export const isOwnedBy = (owner: string): Match => listsEntries('data', { owned_by: z.literal(owner) });

/** A list whose first entry has this shape; an empty one matches nothing. */
export const listsEntries = (field: string, entry: z.ZodRawShape): Match =>
  bodyHasShape(
    z.object({ [field]: z.array(z.unknown()).refine(([first]) => z.object(entry).safeParse(first).success) }),
  );
