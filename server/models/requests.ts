/** What a client may ask about local models, as functions of their params; routes.ts puts them on the wire. */
import type { ModelId } from '../../shared/chat.ts';
import type { EnsureParams, EnsureProgress, EnsureResult } from '../../shared/local-models.ts';
import type { ModelLifecycle } from './lifecycle.ts';

/** @param send `$/progress` on a token */
export function localModelRequests(
  models: ModelLifecycle,
  send: (token: string | number, progress: EnsureProgress) => Promise<void>,
) {
  return {
    /** `rumbo/models/ensure`. */
    ensureModel({ model, progressToken: token }: EnsureParams, signal: AbortSignal): Promise<EnsureResult> {
      const report = (progress: EnsureProgress) => {
        // A connection that has closed cancels the request by itself.
        if (token !== undefined) send(token, progress).catch(() => {});
      };
      return models.ensure(model, report, signal);
    },
    /** `rumbo/models/unload`. */
    async unloadModel({ model }: { readonly model: ModelId }, signal: AbortSignal): Promise<null> {
      await models.unload(model, signal);
      return null;
    },
  };
}
