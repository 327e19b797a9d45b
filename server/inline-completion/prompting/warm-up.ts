/** Makes an engine read a file before the first request about it. */

import { buildModeRequest } from './completion-requests.ts';
import type { FimTarget } from './fim-target.ts';
import type { CompletionEndpoint } from './generate-with-fallback.ts';
import type { ModeCache } from './mode-cache.ts';

/**
 * Makes llama-server read the text around the cursor into its prompt cache without generating, after all other requests.
 * Only where its own fill in the middle has worked: elsewhere reading costs money, or the service does not cache it.
 * @returns whether a request was sent. Rejects with `RumboError`, which callers may ignore
 */
export async function warmUp(
  { engine, model, kind, baseUrl }: CompletionEndpoint,
  target: FimTarget,
  cache: Pick<ModeCache, 'workingMode'>,
  signal: AbortSignal,
): Promise<boolean> {
  if (kind !== 'llama-cpp' || cache.workingMode({ baseUrl, model }) !== 'fill') return false;
  const modeRequest = buildModeRequest('fill', model, kind, {
    ...target,
    maxTokens: 0,
    stop: [],
    urgency: 'background',
  });
  if (!modeRequest) return false;
  for await (const _part of engine.stream(model, modeRequest.request, signal)) {
    // The only part is `finish`.
  }
  return true;
}
