/** A download as the sum of its layers, of which an engine tells one at a time and some only later. */
import type { EngineProgress } from './local-engine.ts';

type Layer = {
  total: number;
  done: number;
  /** Bytes it had when it was first heard of: of an earlier download. */
  readonly resumed: number;
};

/** A layer that falls below this share of what it had begins anew; smaller steps back are parts that overtake each other. */
const restartBelowRatio = 0.5;

/** Layers that are told apart; the largest models have some hundred. Whoever tells of more is not believed. */
const maxLayers = 4_096;

export function layerProgress() {
  const layersById = new Map<string, Layer>();
  return {
    /**
     * What was told of one layer, in bytes. More than all of it is all of it.
     * @param total 0 or absent: not told yet
     */
    update(id: string, done: number, total = 0): void {
      const known = layersById.get(id);
      const all = Math.max(toByteCount(total), known?.total ?? 0);
      const has = all > 0 ? Math.min(toByteCount(done), all) : toByteCount(done);
      if (!known) {
        if (layersById.size < maxLayers) layersById.set(id, { total: all, done: has, resumed: has });
      } else {
        known.total = all;
        known.done = has < known.done * restartBelowRatio ? has : Math.max(known.done, has);
      }
    },
    /**
     * All layers together; nothing before the first was heard of.
     * @param told bytes of the whole download when the engine knows them from the beginning
     */
    sum(told = 0): Pick<EngineProgress, 'completedBytes' | 'totalBytes' | 'resumedBytes'> {
      if (layersById.size === 0) return {};
      const all = [...layersById.values()];
      const add = (of: (layer: Layer) => number) => all.reduce((sum, layer) => sum + of(layer), 0);
      const completedBytes = add(({ done }) => done);
      const totalBytes = Math.max(
        toByteCount(told),
        add(({ total, done }) => Math.max(total, done)),
      );
      return {
        completedBytes,
        totalBytes,
        resumedBytes: add(({ resumed, done }) => Math.min(resumed, done)),
      };
    },
  };
}

/** A count of bytes; whatever is none counts nothing. */
const toByteCount = (value: number): number => (Number.isFinite(value) && value > 0 ? Math.round(value) : 0);
