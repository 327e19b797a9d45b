/** A download as the sum of its layers, of which an engine reports one at a time and some only later. */
import type { EngineProgress } from './local-engine.ts';

type Layer = {
  total: number;
  done: number;
  /** Bytes it had when it was first reported: from an earlier download. */
  readonly resumed: number;
};

/** A layer that falls below this share of its progress has restarted; smaller steps back are parts that overtake each other. */
const restartBelowRatio = 0.5;

/** Layers that are counted separately; the largest models have some hundred. Further ones are ignored. */
const maxLayers = 4_096;

export function layerProgress() {
  const layersById = new Map<string, Layer>();
  return {
    /**
     * Progress of one layer, in bytes. More than its total counts as its total.
     * @param total 0 or absent: not reported yet
     */
    update(id: string, done: number, total = 0): void {
      const layer = layersById.get(id);
      const size = Math.max(toByteCount(total), layer?.total ?? 0);
      const arrived = size > 0 ? Math.min(toByteCount(done), size) : toByteCount(done);
      if (!layer) {
        if (layersById.size < maxLayers) layersById.set(id, { total: size, done: arrived, resumed: arrived });
      } else {
        layer.total = size;
        layer.done = arrived < layer.done * restartBelowRatio ? arrived : Math.max(layer.done, arrived);
      }
    },
    /**
     * All layers together; empty before the first was reported.
     * @param reportedTotal bytes of the whole download, if the engine reports them from the beginning
     */
    sum(reportedTotal = 0): Pick<EngineProgress, 'completedBytes' | 'totalBytes' | 'resumedBytes'> {
      if (layersById.size === 0) return {};
      const all = [...layersById.values()];
      const add = (of: (layer: Layer) => number) => all.reduce((sum, layer) => sum + of(layer), 0);
      const completedBytes = add(({ done }) => done);
      const totalBytes = Math.max(
        toByteCount(reportedTotal),
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

/** Anything but a positive count is 0. */
const toByteCount = (value: number): number => (Number.isFinite(value) && value > 0 ? Math.round(value) : 0);
