/** Has an engine read a file before anything is asked about it. */

import { buildModeRequest } from './completion-requests.ts';
import type { FimTarget } from './fim-target.ts';
import type { CompletionEndpoint } from './generate-with-fallback.ts';
import type { ModeCache } from './mode-cache.ts';

/**
 * Has llama-server read what stands around the cursor into its cache, and write nothing; after anybody else's requests.
 * Only where its own fill in the middle has worked: elsewhere reading costs, or is not kept.
 * @returns whether it was asked. Rejects with `RumboError`, which nobody needs to be told
 */
export async function warmUp(
  { engine, model, kind, baseUrl }: CompletionEndpoint,
  gap: FimTarget,
  memory: Pick<ModeCache, 'known'>,
  signal: AbortSignal,
): Promise<boolean> {
  if (kind !== 'llama-cpp' || memory.known({ baseUrl, model }) !== 'fill') return false;
  const asking = buildModeRequest('fill', model, kind, {
    ...gap,
    maxTokens: 0,
    stop: [],
    urgency: 'background',
  });
  if (!asking) return false;
  for await (const _part of engine.stream(model, asking.request, signal)) {
    // There are none but the end.
  }
  return true;
}
