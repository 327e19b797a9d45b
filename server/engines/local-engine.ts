/** A local engine apart from its answers: how it is recognized, which details of its models it reports, and how it loads, pulls and unloads them. */

import type { RumboError } from '../../shared/errors.ts';
import type { EnsureProgress, LocalModel } from '../../shared/local-models.ts';
import type { DetailFacts } from '../../shared/model-details.ts';
import type { ErrorResponse } from '../wire/wire-format.ts';
import type { ServerFingerprint } from './fingerprint.ts';
import type { ModelNames } from './model-names.ts';
import type { PullNames } from './suggested-models.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** The optional part of an engine's definition; each field works without the others. */
export type LocalEngineFeatures = {
  /** How discovery recognizes a server of this kind. Absent: discovery never reports this kind. */
  readonly fingerprint?: ServerFingerprint;
  /** What its own interface reports of its models. Absent: only its ordinary model list is read. */
  readonly details?: EngineDetails;
  /**
   * Tokens of context that the engine gives to a model by default; a loaded model reports its own. Absent: the engine loads
   * a model with the context that it was trained for, or reports the context before.
   */
  readonly defaultContextTokens?: number;
  /** Loads, unloads and pulls its models. Absent: the engine serves the models that it was started with. */
  readonly lifecycle?: (api: NativeApi, label: string) => EngineLifecycle;
  /** Folders that may hold its models on this machine, most likely first. Absent: unknown, free space is not checked. */
  readonly modelFolders?: (env: Env, home: string) => readonly (string | undefined)[];
  /** Name to pull each suggested model by. Absent: no suggestions are made for this engine. */
  readonly pullNames?: PullNames;
};

export type NativeRequest = {
  /** Below the engine's root; begins with a slash. */
  readonly path: string;
  /** Sent as JSON by POST. Absent: GET. */
  readonly body?: unknown;
  /** Absent: JSON. */
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The model that the request is about; errors carry it. */
  readonly model?: string;
  /**
   * How long the engine may take. `list`: seconds. `load`: as long as a first part of an answer. `pull`: hours.
   * `events`: a day without any event. Absent: `list`.
   */
  readonly timeout?: 'list' | 'load' | 'pull' | 'events';
  /** Turns an error response into an error. Absent: by status, as for every service. */
  readonly toError?: (response: ErrorResponse) => RumboError;
};

/** An engine's own interface. Every method rejects with `RumboError`. */
export interface NativeApi {
  /** The JSON of a response; `undefined` when the body is empty. */
  json(request: NativeRequest, signal: AbortSignal): Promise<unknown>;
  /** Events or lines of a response as they arrive. Leaving the loop closes the socket. */
  lines(request: NativeRequest, framing: 'sse' | 'ndjson', signal: AbortSignal): AsyncGenerator<string>;
}

/** A model as its provider's list has it. */
export type ListedModel = {
  /** The name to send back to the service. */
  readonly name: string;
  /** Changes when the model behind the name does: a digest. Absent: the list has none. */
  readonly version?: string;
  /** Another machine runs it, although the engine is local. Absent: no. */
  readonly remote?: true;
  /** `false`: the engine would have to load it to report details. Absent: details need no load. */
  readonly loaded?: boolean;
  /** What the list reports beside the name. Absent: nothing. */
  readonly facts?: DetailFacts;
};

/** What an engine reports of its models. Both functions reject with `RumboError`. */
export type EngineDetails = {
  /** Every model, those without chat included. */
  list(api: NativeApi, signal: AbortSignal): Promise<readonly ListedModel[]>;
  /** What the list leaves out. Absent: the list is complete. */
  describe?(api: NativeApi, model: ListedModel, signal: AbortSignal): Promise<DetailFacts>;
};

/** Progress of a download or load, as often as the engine reports it. */
export type EngineProgress = Pick<EnsureProgress, 'stage' | 'completedBytes' | 'totalBytes' | 'fraction'> & {
  /** Bytes that were on disk before this download began; they do not count towards its rate. Absent: 0. */
  readonly resumedBytes?: number;
};
export type OnEngineProgress = (progress: EngineProgress) => void;

export type LoadOptions = {
  /** Seconds the model stays in memory after a request; negative: without end. Absent: the engine's own setting. */
  readonly keepAliveSeconds?: number;
};

/** Every method rejects with `RumboError`, with `cancelled` when its signal aborts, which closes the socket. */
export interface EngineLifecycle {
  readonly label: string;
  /** The models on its disk, in download, and in memory. */
  list(signal: AbortSignal): Promise<readonly LocalModel[]>;
  readonly names: ModelNames;
  /**
   * Reads a model from disk into memory, or wakes it; does nothing to a loaded one. Resolves when it can answer, with
   * the milliseconds that took if the engine reports them. A cancelled load may continue inside the engine.
   */
  load(
    name: string,
    options: LoadOptions,
    onProgress: OnEngineProgress,
    signal: AbortSignal,
  ): Promise<number | undefined>;
  /** Frees its memory; resolves when that is done, or when there was nothing to free. */
  unload(name: string, signal: AbortSignal): Promise<void>;
  /**
   * Downloads a model. Resolves only when the engine reports it complete; a new download resumes an earlier one.
   * Aborting ends the download if `canCancelPull`.
   */
  pull(name: string, onProgress: OnEngineProgress, signal: AbortSignal): Promise<void>;
  /** `false`: a download continues inside the engine after its request was cancelled. */
  readonly canCancelPull: boolean;
}
