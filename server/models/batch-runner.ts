/** Takes batches from a queue and asks one loader about them, a batch at a time, while nobody waits. */
import type { ModelId } from '../../shared/chat.ts';
import { rejectOnAbort } from '../platform/aborted.ts';
import type { DetailLoader } from './detail-loader.ts';
import type { ModelFacts } from './model-facts.ts';
import type { ServedModel } from './model-set.ts';

/** What was found of one model. `undefined`: the loader failed. */
export type BatchResult = { readonly model: ServedModel; readonly facts: ModelFacts | undefined };

export type BatchRunnerDeps = {
  readonly loader: DetailLoader;
  /** The next models to ask about, at most `count`; empty: there is nothing to do. */
  nextBatch(count: number): readonly ServedModel[];
  /** Called once for each batch. */
  onLoaded(batch: readonly BatchResult[]): void;
  /** Models in a batch; read anew for each. */
  readonly batchSize: () => number;
};

/** A loader that has not finished a batch by then has failed. */
const batchTimeoutMs = 120_000;

export function batchRunner({ loader, nextBatch, onLoaded, batchSize }: BatchRunnerDeps) {
  const closing = new AbortController();
  let running: Promise<void> | undefined;
  let woken = false;

  const run = async (): Promise<void> => {
    while (woken && !closing.signal.aborted) {
      // Everything else comes first.
      await new Promise(setImmediate);
      woken = false;
      const batch = nextBatch(Math.max(1, batchSize()));
      if (batch.length === 0) continue;
      woken = true;
      const said = await ask(batch);
      if (!closing.signal.aborted) onLoaded(batch.map((model) => ({ model, facts: said.get(model.id) })));
    }
  };

  /** Never rejects: what fails is asked about another time. */
  const ask = async (batch: readonly ServedModel[]): Promise<ReadonlyMap<ModelId, ModelFacts>> => {
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(batchTimeoutMs)]);
    try {
      return await Promise.race([loader.load(batch, signal), rejectOnAbort(signal)]);
    } catch {
      return new Map();
    }
  };

  const wake = (): void => {
    woken = true;
    running ??= run().finally(() => {
      running = undefined;
      if (woken && !closing.signal.aborted) wake();
    });
  };

  return {
    /** There may be something to do; returns at once. */
    wake,
    /** Resolves when there is nothing left to do. */
    async idle(): Promise<void> {
      while (running !== undefined) await running;
    },
    dispose: () => closing.abort(),
  };
}
