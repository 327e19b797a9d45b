/** Runs one loader over a queue in batches, one batch at a time, in the background. */
import type { ModelId } from '../../shared/chat.ts';
import type { DetailFacts } from '../../shared/model-details.ts';
import { rejectOnAbort } from '../platform/aborted.ts';
import type { DetailLoader } from './detail-loader.ts';
import type { ServedModel } from './model-set.ts';

/** The result for one model. `undefined` facts: the loader failed. */
export type BatchResult = { readonly model: ServedModel; readonly facts: DetailFacts | undefined };

export type BatchRunnerDeps = {
  readonly loader: DetailLoader;
  /** The next models to load, at most `count`; empty: the queue is empty. */
  nextBatch(count: number): readonly ServedModel[];
  /** Called once for each batch. */
  onLoaded(batch: readonly BatchResult[]): void;
  /** Models in a batch; read anew for each. */
  readonly batchSize: () => number;
};

/** A batch that takes longer counts as failed. */
const batchTimeoutMs = 120_000;

export function batchRunner({ loader, nextBatch, onLoaded, batchSize }: BatchRunnerDeps) {
  const closing = new AbortController();
  let running: Promise<void> | undefined;
  let hasWork = false;

  const run = async (): Promise<void> => {
    while (hasWork && !closing.signal.aborted) {
      // Lets all other work go first.
      await new Promise(setImmediate);
      hasWork = false;
      const batch = nextBatch(Math.max(1, batchSize()));
      if (batch.length === 0) continue;
      hasWork = true;
      const facts = await load(batch);
      if (!closing.signal.aborted) onLoaded(batch.map((model) => ({ model, facts: facts.get(model.id) })));
    }
  };

  /** Never rejects: models whose load failed are loaded again later. */
  const load = async (batch: readonly ServedModel[]): Promise<ReadonlyMap<ModelId, DetailFacts>> => {
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(batchTimeoutMs)]);
    try {
      return await Promise.race([loader.load(batch, signal), rejectOnAbort(signal)]);
    } catch {
      return new Map();
    }
  };

  const wake = (): void => {
    hasWork = true;
    running ??= run().finally(() => {
      running = undefined;
      if (hasWork && !closing.signal.aborted) wake();
    });
  };

  return {
    /** The queue may have entries; returns at once. */
    wake,
    /** Resolves when the queue is empty. */
    async idle(): Promise<void> {
      while (running !== undefined) await running;
    },
    dispose: () => closing.abort(),
  };
}
