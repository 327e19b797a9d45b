/** Generates a completion in the best mode that the model accepts; rejected modes are skipped and remembered. */
import type { EnginePart, PartialUsage } from '../../../shared/chat.ts';
import { RumboError, toRumboError } from '../../../shared/errors.ts';
import type { Engine } from '../../engines/engine.ts';
import type { OutputFormat } from '../generator.ts';
import { type CompletionMode, completionModesFor } from './completion-modes.ts';
import { buildModeRequest, type ModeRequest } from './completion-requests.ts';
import type { FimTarget } from './fim-target.ts';
import type { ModeCache, ModelAddress } from './mode-cache.ts';

/** A model, its address and the engine that sends requests to it. */
export type CompletionEndpoint = ModelAddress & {
  readonly engine: Pick<Engine, 'stream' | 'supportsPrefill'>;
  /** Of the engine, as in the table of engines. */
  readonly kind: string;
  /** As `ModelCapabilities.supportsFim`. */
  readonly supportsFim?: boolean | undefined;
};

export type GeneratedText = {
  readonly mode: CompletionMode;
  readonly format: OutputFormat;
  /** Can be read once. Rejects with `RumboError`; leaving the loop early, or aborting the signal, closes the socket. */
  readonly text: AsyncIterable<string>;
  /** Resolves when the text has ended, with what the service reported. `undefined`: nothing, or the reader left early. Never rejects. */
  readonly usage: Promise<PartialUsage | undefined>;
};

/** Resolves with the first text, or when the model ends without text. Rejects with `RumboError`: `invalid-request` when no mode is left. */
export type GenerateWithFallback = (
  endpoint: CompletionEndpoint,
  target: FimTarget,
  signal: AbortSignal,
) => Promise<GeneratedText>;

export const generateWithFallback =
  (cache: ModeCache): GenerateWithFallback =>
  async (endpoint, target, signal) => {
    const { engine, model, kind, supportsFim } = endpoint;
    const modes = cache.usableModes(
      endpoint,
      completionModesFor(model, kind, { supportsPrefill: engine.supportsPrefill(model), supportsFim }),
    );
    let lastError = new RumboError(`${model} rejected every kind of completion request.`, {
      kind: 'invalid-request',
      model,
      action: 'Choose another model for ghost text.',
    });
    for (const mode of modes) {
      const modeRequest = buildModeRequest(mode, model, kind, target);
      if (!modeRequest) continue;
      try {
        const generated = await startGeneration(endpoint, modeRequest, signal);
        cache.recordSuccess(endpoint, mode);
        return { mode, format: modeRequest.format, ...generated };
      } catch (cause) {
        const error = toRumboError(cause, signal);
        // Other errors say nothing about the mode.
        if (error.kind !== 'invalid-request' && error.kind !== 'unsupported-request') throw error;
        cache.recordRejection(endpoint, mode, isAboutMode(error));
        lastError = error;
      }
    }
    throw lastError;
  };

/** The endpoint does not exist or is not implemented. A 400 may be about the text instead. */
const isAboutMode = ({ data: { status } }: RumboError): boolean =>
  status === undefined || status === 404 || status === 405 || status === 501;

/** Sends the request and waits for the first text: until then the service may reject it. */
async function startGeneration(
  { engine, model }: CompletionEndpoint,
  { request, cleanText }: ModeRequest,
  signal: AbortSignal,
): Promise<Pick<GeneratedText, 'text' | 'usage'>> {
  const { promise: usage, resolve } = Promise.withResolvers<PartialUsage | undefined>();
  const deltas = cleanText(textDeltas(engine.stream(model, request, signal), resolve))[
    Symbol.asyncIterator
  ]();
  let first: IteratorResult<string> | undefined = await deltas.next();
  // An abandoned stream would occupy the provider's queue for ever.
  let isAborted = false;
  const abort = () => {
    isAborted = true;
    deltas.return?.()?.catch(() => {});
  };
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  const text: AsyncIterableIterator<string> = {
    async next() {
      const delta = first ?? (await deltas.next());
      first = undefined;
      if (!delta.done) return delta;
      signal.removeEventListener('abort', abort);
      // An abort between two deltas is not the end of the text.
      if (isAborted) throw toRumboError(signal.reason, signal);
      return delta;
    },
    async return() {
      signal.removeEventListener('abort', abort);
      await deltas.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => text,
  };
  return { text, usage };
}

async function* textDeltas(
  parts: AsyncIterable<EnginePart>,
  onEnd: (usage: PartialUsage | undefined) => void,
): AsyncGenerator<string> {
  try {
    for await (const part of parts) {
      if (part.type === 'text-delta') yield part.text;
      if (part.type === 'finish') onEnd(part.usage ?? part.partialUsage);
    }
  } finally {
    onEnd(undefined);
  }
}
