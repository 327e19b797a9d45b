/** Assigns each document a slot of llama-server, whose prompt cache keeps what the server has read of it. https://github.com/ggml-org/llama.cpp/tree/master/tools/server */
import * as z from 'zod';
import type { ModelAddress } from './mode-cache.ts';

const Props = z.object({ total_slots: z.number().int().positive() });

export type LlamaSlotsDeps = {
  /** `GET /props` of the server, of this model where it has several. Rejects with `RumboError`. */
  readonly fetchProps: (address: ModelAddress, signal: AbortSignal) => Promise<unknown>;
  /** Monotonic time in milliseconds. Absent: the real clock. */
  readonly monotonicMs?: () => number;
};

/** A server may restart with another number of slots. */
const slotCountTtlMs = 5 * 60_000;
const propsTimeoutMs = 2_000;

type SlotServer = {
  /** Slots for documents. 0: unknown, or none. */
  slotCount: number;
  requestedAtMs: number;
  /** By document URI, the least recently used first. */
  readonly slots: Map<string, number>;
};

export function llamaSlots({ fetchProps, monotonicMs = () => performance.now() }: LlamaSlotsDeps) {
  const servers = new Map<string, SlotServer>();

  const requestSlotCount = async (address: ModelAddress, server: SlotServer): Promise<void> => {
    server.requestedAtMs = monotonicMs();
    try {
      const { total_slots } = Props.parse(await fetchProps(address, AbortSignal.timeout(propsTimeoutMs)));
      // One slot remains for other requests: the server gives them the least recently used one.
      server.slotCount = total_slots - 1;
    } catch {
      server.slotCount = 0;
    }
    for (const [uri, slot] of server.slots) if (slot >= server.slotCount) server.slots.delete(uri);
  };

  const serverOf = ({ baseUrl, model }: ModelAddress): SlotServer => {
    const key = `${baseUrl} ${model}`;
    const server = servers.get(key) ?? {
      slotCount: 0,
      requestedAtMs: Number.NEGATIVE_INFINITY,
      slots: new Map<string, number>(),
    };
    servers.set(key, server);
    return server;
  };

  return {
    /** Never waits. `undefined` until the server has reported its number of slots, and if it has only one. */
    slotFor(address: ModelAddress, uri: string): number | undefined {
      const server = serverOf(address);
      if (monotonicMs() - server.requestedAtMs > slotCountTtlMs) void requestSlotCount(address, server);
      const { slotCount, slots } = server;
      if (slotCount === 0) return undefined;
      const slot = slots.get(uri) ?? takeSlot(slots, slotCount);
      slots.delete(uri);
      slots.set(uri, slot);
      return slot;
    },
    /** Frees the slot of a closed document. */
    onDocumentClosed(uri: string): void {
      for (const { slots } of servers.values()) slots.delete(uri);
    },
  };
}

/** A free slot, or else that of the least recently used document, which loses it. */
function takeSlot(slots: Map<string, number>, slotCount: number): number {
  const usedSlots = new Set(slots.values());
  for (let slot = 0; slot < slotCount; slot += 1) if (!usedSlots.has(slot)) return slot;
  const [leastRecent] = slots;
  if (!leastRecent) return 0;
  slots.delete(leastRecent[0]);
  return leastRecent[1];
}
