/**
 * Reasoning in pieces that a gateway wants back unchanged, each by its index; texts grow, everything else is the latest.
 * https://openrouter.ai/docs/use-cases/reasoning-tokens#preserving-reasoning
 */
import * as z from 'zod';
import { parseJsonObject } from './json-object.ts';
import { sealSignature, unsealSignature } from './signatures.ts';

type Detail = Readonly<Record<string, unknown>>;

/** Fields of a piece that continue those of the piece before it. */
const growing = new Set(['text', 'summary', 'data']);

export function reasoningDetails() {
  const details: Record<string, unknown>[] = [];
  return {
    add(pieces: unknown): void {
      if (!Array.isArray(pieces)) return;
      for (const piece of pieces as readonly (Detail | null)[]) {
        if (typeof piece !== 'object' || piece === null) continue;
        const last = details.findLast(
          ({ index, type }) => index === piece['index'] && type === piece['type'],
        );
        const isMore =
          last && (piece['id'] === undefined || piece['id'] === null || piece['id'] === last['id']);
        if (isMore) merge(last, piece);
        else details.push({ ...piece });
      }
    },
    /** For the request that follows. `undefined`: there is nothing that only the service can read. */
    sealed: (): string | undefined =>
      details.some(({ signature, data }) => signature || data)
        ? sealSignature('openai-chat', JSON.stringify({ reasoning_details: details }))
        : undefined,
  };
}

function merge(detail: Record<string, unknown>, piece: Detail): void {
  for (const [name, value] of Object.entries(piece)) {
    if (value === null || value === undefined) continue;
    const before = detail[name];
    detail[name] =
      growing.has(name) && typeof before === 'string' && typeof value === 'string' ? before + value : value;
  }
}

const Sealed = z.object({ reasoning_details: z.array(z.record(z.string(), z.unknown())) });

/** Empty for a signature of another kind. */
export function unsealDetails(signature: string | undefined): readonly Detail[] {
  const payload = unsealSignature('openai-chat', signature);
  if (payload === undefined) return [];
  return Sealed.safeParse(parseJsonObject(payload)).data?.reasoning_details ?? [];
}
