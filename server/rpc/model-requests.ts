/** The requests about local models, as functions of their params; request-handlers.ts registers them. */
import type { ModelId } from '../../shared/chat.ts';
import type { EnsureParams, EnsureProgress, EnsureResult } from '../../shared/local-models.ts';
import type { ModelCatalog } from '../catalog/model-catalog.ts';

/** @param sendProgress `$/progress` on a token */
export const modelRequests = (
  catalog: Pick<ModelCatalog, 'ensure' | 'unload'>,
  sendProgress: (token: string | number, progress: EnsureProgress) => Promise<void>,
) => ({
  /** `rumbo/models/ensure`. */
  ensureModel({ model, progressToken }: EnsureParams, signal: AbortSignal): Promise<EnsureResult> {
    const report = (progress: EnsureProgress) => {
      // A connection that has closed cancels the request by itself.
      if (progressToken !== undefined) sendProgress(progressToken, progress).catch(() => {});
    };
    return catalog.ensure(model, report, signal);
  },
  /** `rumbo/models/unload`. */
  async unloadModel({ model }: { readonly model: ModelId }, signal: AbortSignal): Promise<null> {
    await catalog.unload(model, signal);
    return null;
  },
});
