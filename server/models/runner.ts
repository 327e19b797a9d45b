/** Takes batches from a queue and asks one loader about them, a batch at a time, while nobody waits. */
import type { ModelId } from '../../shared/chat.ts';
import { aborted } from '../platform/aborted.ts';
import type { DetailLoader } from './detail-loader.ts';
import type { Finding } from './model-facts.ts';
import type { ServedModel } from './model-set.ts';

/** What was found of one model. `undefined`: the loader failed. */
export type Found = { readonly model: ServedModel; readonly finding: Finding | undefined };

export type RunnerParts = {
  readonly loader: DetailLoader;
  /** The next models to ask about, at most `count`; empty: there is nothing to do. */
  take(count: number): readonly ServedModel[];
  /** Called once for each batch. */
  found(batch: readonly Found[]): void;
  /** Models in a batch; read anew for each. */
  readonly batchSize: () => number;
};

/** A loader that has not finished a batch by then has failed. */
const patienceMs = 120_000;

export function runner({ loader, take, found, batchSize }: RunnerParts) {
  const closing = new AbortController();
  let running: Promise<void> | undefined;
  let woken = false;

  const run = async (): Promise<void> => {
    while (woken && !closing.signal.aborted) {
      // Everything else comes first.
      await new Promise(setImmediate);
      woken = false;
      const batch = take(Math.max(1, batchSize()));
      if (batch.length === 0) continue;
      woken = true;
      const said = await ask(batch);
      if (!closing.signal.aborted) found(batch.map((model) => ({ model, finding: said.get(model.id) })));
    }
  };

  /** Never rejects: what fails is asked about another time. */
  const ask = async (batch: readonly ServedModel[]): Promise<ReadonlyMap<ModelId, Finding>> => {
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(patienceMs)]);
    try {
      return await Promise.race([loader.load(batch, signal), aborted(signal)]);
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
