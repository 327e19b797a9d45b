/** Which slot of a llama-server a document has: what was read of it there is not read again. https://github.com/ggml-org/llama.cpp/tree/master/tools/server */
import * as z from 'zod';
import type { ModelAddress } from './mode-cache.ts';

const Props = z.object({ total_slots: z.number().int().positive() });

export type LlamaSlotsDeps = {
  /** `GET /props` of the server, of this model where it has several. Rejects with `RumboError`. */
  readonly fetchProps: (place: ModelAddress, signal: AbortSignal) => Promise<unknown>;
  /** Milliseconds that only ever rise. Absent: the real clock. */
  readonly monotonicMs?: () => number;
};

/** Milliseconds that the number of slots is believed: a server may be started anew. */
const slotCountTtlMs = 5 * 60_000;
const propsTimeoutMs = 2_000;

type SlotServer = {
  /** Slots that documents may have. 0: not known, or none. */
  total: number;
  requestedAtMs: number;
  /** By document, those used last at the end. */
  readonly slots: Map<string, number>;
};

export function llamaSlots({ fetchProps, monotonicMs = () => performance.now() }: LlamaSlotsDeps) {
  const servers = new Map<string, SlotServer>();

  const ask = async (place: ModelAddress, server: SlotServer): Promise<void> => {
    server.requestedAtMs = monotonicMs();
    try {
      const { total_slots } = Props.parse(await fetchProps(place, AbortSignal.timeout(propsTimeoutMs)));
      // One is left to everything else: a conversation takes the slot that was not used for longest.
      server.total = total_slots - 1;
    } catch {
      server.total = 0;
    }
    for (const [uri, slot] of server.slots) if (slot >= server.total) server.slots.delete(uri);
  };

  const serverOf = ({ baseUrl, model }: ModelAddress): SlotServer => {
    const key = `${baseUrl} ${model}`;
    const server = servers.get(key) ?? {
      total: 0,
      requestedAtMs: Number.NEGATIVE_INFINITY,
      slots: new Map<string, number>(),
    };
    servers.set(key, server);
    return server;
  };

  return {
    /** Asks nobody to wait: `undefined` until the server has said how many slots it has, and where it has one only. */
    of(place: ModelAddress, uri: string): number | undefined {
      const server = serverOf(place);
      if (monotonicMs() - server.requestedAtMs > slotCountTtlMs) void ask(place, server);
      const { total, slots } = server;
      if (total === 0) return undefined;
      const slot = slots.get(uri) ?? freeSlot(slots, total);
      slots.delete(uri);
      slots.set(uri, slot);
      return slot;
    },
    /** A document was closed: its slot is the next to be given. */
    closed(uri: string): void {
      for (const { slots } of servers.values()) slots.delete(uri);
    },
  };
}

/** One that no document has, else that of the document whose turn is longest ago, which loses it. */
function freeSlot(slots: Map<string, number>, total: number): number {
  const taken = new Set(slots.values());
  for (let slot = 0; slot < total; slot += 1) if (!taken.has(slot)) return slot;
  const [oldest] = slots;
  if (!oldest) return 0;
  slots.delete(oldest[0]);
  return oldest[1];
}
