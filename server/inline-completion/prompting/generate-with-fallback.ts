/** Has a model fill a gap the best way it can be asked: ways that are refused are passed over, and remembered. */
import type { EnginePart, Usage } from '../../../shared/chat.ts';
import { RumboError, toRumboError } from '../../../shared/errors.ts';
import type { Engine } from '../../engines/engine.ts';
import type { OutputFormat } from '../generator.ts';
import { type CompletionMode, completionModesFor } from './completion-modes.ts';
import { buildModeRequest, type ModeRequest } from './completion-requests.ts';
import type { FimTarget } from './fim-target.ts';
import type { ModeCache, ModelAddress } from './mode-cache.ts';

/** Who is asked. */
export type CompletionEndpoint = ModelAddress & {
  readonly engine: Pick<Engine, 'stream' | 'supportsPrefill'>;
  /** Of the engine, as in the table of engines. */
  readonly kind: string;
  /** As `Skills.fim`. */
  readonly supportsFim?: boolean | undefined;
};

export type GeneratedText = {
  readonly mode: CompletionMode;
  readonly format: OutputFormat;
  /** Read once. Rejects with `RumboError`; leaving the loop, or aborting the signal, closes the socket. */
  readonly text: AsyncIterable<string>;
  /** What the service counted, once the answer has ended. `undefined`: it did not say, or was left before. Never rejects. */
  readonly usage: Promise<Usage | undefined>;
};

/** Resolves once the model speaks, or has nothing to say. Rejects with `RumboError`: `invalid-request` when no way is left. */
export type GenerateWithFallback = (
  filler: CompletionEndpoint,
  gap: FimTarget,
  signal: AbortSignal,
) => Promise<GeneratedText>;

export const generateWithFallback =
  (memory: ModeCache): GenerateWithFallback =>
  async (filler, gap, signal) => {
    const { engine, model, kind, supportsFim } = filler;
    const ways = memory.open(
      filler,
      completionModesFor(model, kind, { supportsPrefill: engine.supportsPrefill(model), supportsFim }),
    );
    let refusal = new RumboError(`${model} has refused every way to fill in text.`, {
      kind: 'invalid-request',
      model,
      action: 'Choose another model for ghost text.',
    });
    for (const way of ways) {
      const asking = buildModeRequest(way, model, kind, gap);
      if (!asking) continue;
      try {
        const filling = await startGeneration(filler, asking, signal);
        memory.worked(filler, way);
        return { mode: way, format: asking.format, ...filling };
      } catch (cause) {
        const error = toRumboError(cause, signal);
        // Anything else says nothing about the way.
        if (error.kind !== 'invalid-request') throw error;
        memory.refused(filler, way, isAboutMode(error));
        refusal = error;
      }
    }
    throw refusal;
  };

/** There is nothing at that address, or nothing behind it; a 400 may be about the text. */
const isAboutMode = ({ data: { status } }: RumboError): boolean =>
  status === undefined || status === 404 || status === 405 || status === 501;

/** Asks, and waits for the first text: until then the answer may be a refusal. */
async function startGeneration(
  { engine, model }: CompletionEndpoint,
  { request, cleanText }: ModeRequest,
  signal: AbortSignal,
): Promise<Pick<GeneratedText, 'text' | 'usage'>> {
  const { promise: usage, resolve } = Promise.withResolvers<Usage | undefined>();
  const pieces = cleanText(textDeltas(engine.stream(model, request, signal), resolve))[
    Symbol.asyncIterator
  ]();
  let first: IteratorResult<string> | undefined = await pieces.next();
  // An answer that nobody reads any more would hold its place in the provider's queue for ever.
  let left = false;
  const leave = () => {
    left = true;
    pieces.return?.()?.catch(() => {});
  };
  signal.addEventListener('abort', leave, { once: true });
  if (signal.aborted) leave();
  const text: AsyncIterableIterator<string> = {
    async next() {
      const piece = first ?? (await pieces.next());
      first = undefined;
      if (!piece.done) return piece;
      signal.removeEventListener('abort', leave);
      // What was cut off between two pieces is no end.
      if (left) throw toRumboError(signal.reason, signal);
      return piece;
    },
    async return() {
      signal.removeEventListener('abort', leave);
      await pieces.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => text,
  };
  return { text, usage };
}

async function* textDeltas(
  parts: AsyncIterable<EnginePart>,
  ended: (usage: Usage | undefined) => void,
): AsyncGenerator<string> {
  try {
    for await (const part of parts) {
      if (part.type === 'text-delta') yield part.text;
      if (part.type === 'finish') ended(part.usage);
    }
  } finally {
    ended(undefined);
  }
}
