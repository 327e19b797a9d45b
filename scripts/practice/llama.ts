/** The real llama.cpp, through node-llama-cpp, as far as the practice engine needs it. https://node-llama-cpp.withcat.ai */
import { setImmediate as breathe } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { Segment } from './prompt.ts';

type Token = number & { readonly brand: unique symbol };

interface Library {
  getLlama(options: object): Promise<{ loadModel(options: { modelPath: string }): Promise<Model> }>;
}
interface Model {
  tokenize(text: string, specialTokens: boolean): Token[];
  detokenize(tokens: readonly Token[]): string;
  isEogToken(token: Token): boolean;
  createContext(options: object): Promise<{ getSequence(): Sequence }>;
}
interface Sequence {
  readonly nextTokenIndex: number;
  adaptStateToTokens(tokens: readonly Token[], allowShift: boolean): Promise<void>;
  evaluateWithoutGeneratingNewTokens(tokens: readonly Token[]): Promise<void>;
  evaluate(tokens: readonly Token[], options: object): AsyncGenerator<Token, void, undefined>;
}

export interface GenerateOptions {
  /** Tokens. Absent: until the answer ends or the context is full. */
  maxTokens?: number;
  signal: AbortSignal;
}

/** A prompt in tokens, not yet evaluated. */
export interface Prompt {
  readonly tokens: number;
  /** Yields each token's text. Requests queue; `signal` ends the wait, the evaluation or the answer. */
  generate(options: GenerateOptions): AsyncGenerator<string, GenerateResult, void>;
}

export interface GenerateResult {
  finishReason: 'stop' | 'length';
  cachedTokens: number;
}

export interface LoadedModel {
  readonly contextTokens: number;
  /** Whether a prompt is being evaluated or answered. */
  readonly busy: boolean;
  prompt(segments: readonly Segment[]): Prompt;
}

/** Tokens evaluated between two checks of the abort signal. */
const batchTokens = 512;

/** @param library node-llama-cpp's main file */
export async function loadLlama(
  library: string,
): Promise<(file: string, contextTokens: number) => Promise<LoadedModel>> {
  const { getLlama }: Library = await import(pathToFileURL(library).href);
  // Never compiles, never downloads; more threads than one spin against each other on a busy machine.
  const engine = await getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    maxThreads: 1,
    logLevel: 'error',
  });

  return async (modelPath, contextTokens) => {
    const model = await engine.loadModel({ modelPath });
    const context = await model.createContext({ contextSize: contextTokens, batchSize: batchTokens });
    const sequence = context.getSequence();
    const acquire = queue();
    let busy = false;

    async function* generate(tokens: readonly Token[], options: GenerateOptions) {
      const release = await acquire(options.signal);
      busy = true;
      try {
        await sequence.adaptStateToTokens(tokens.slice(0, -1), false);
        const cachedTokens = sequence.nextTokenIndex;
        let read = cachedTokens;
        for (; tokens.length - read > batchTokens; read += batchTokens) {
          options.signal.throwIfAborted();
          await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(read, read + batchTokens));
        }
        let remaining = Math.min(
          options.maxTokens ?? Number.POSITIVE_INFINITY,
          contextTokens - tokens.length,
        );
        if (remaining <= 0) return { finishReason: 'length', cachedTokens } as const;
        for await (const token of sequence.evaluate(tokens.slice(read), { temperature: 0 })) {
          options.signal.throwIfAborted();
          if (model.isEogToken(token)) return { finishReason: 'stop', cachedTokens } as const;
          yield model.detokenize([token]);
          if (--remaining === 0) return { finishReason: 'length', cachedTokens } as const;
          await breathe(); // Lets Node read the next request and an abort of this one.
        }
        return { finishReason: 'stop', cachedTokens } as const;
      } finally {
        busy = false;
        release();
      }
    }

    return {
      contextTokens,
      get busy() {
        return busy;
      },
      prompt(segments) {
        const tokens = segments.flatMap((segment) =>
          'token' in segment ? model.tokenize(segment.token, true) : model.tokenize(segment.text, false),
        );
        return { tokens: tokens.length, generate: (options) => generate(tokens, options) };
      },
    };
  };
}

/** Each call waits for the one before; the result ends a turn. Rejects when `signal` aborts first. */
function queue(): (signal: AbortSignal) => Promise<() => void> {
  let last: Promise<void> = Promise.resolve();
  return async (signal) => {
    const before = last;
    const { promise, resolve } = Promise.withResolvers<void>();
    last = promise;
    await before;
    if (signal.aborted) resolve();
    signal.throwIfAborted();
    return resolve;
  };
}
