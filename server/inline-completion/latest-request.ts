/** Only the latest request of a document counts: a request for an older version or another cursor position is aborted. */
import { effectivePrefixUnits } from './completion.ts';
import type { CompletionContext } from './completion-context.ts';

export type LatestRequest = {
  /** Aborts with the editor's own signal, and as soon as the document or the cursor has changed. */
  readonly signal: AbortSignal;
  /** To be called when the request is answered. */
  end(): void;
};

export type LatestRequests = {
  /** `undefined`: the document has a newer version already, or the signal is aborted. */
  begin(context: CompletionContext, signal: AbortSignal): LatestRequest | undefined;
  changed(uri: string, version: number): void;
  /** Versions of a document that is opened again start anew. */
  closed(uri: string): void;
  /** Aborts every request. */
  stop(): void;
};

type RequestPosition = { readonly uri: string; readonly version: number; readonly units: number };

export function latestRequests(): LatestRequests {
  const versions = new Map<string, number>();
  const open = new Map<AbortController, RequestPosition>();
  const abortWhere = (isOutdated: (position: RequestPosition) => boolean): void => {
    for (const [controller, position] of open) if (isOutdated(position)) controller.abort();
  };
  const changed = (uri: string, version: number): void => {
    if (version <= (versions.get(uri) ?? -1)) return;
    versions.set(uri, version);
    abortWhere((position) => position.uri === uri && position.version < version);
  };
  return {
    begin(context, signal) {
      const { uri, version } = context;
      const units = effectivePrefixUnits(context);
      changed(uri, version);
      if (signal.aborted || version < (versions.get(uri) ?? version)) return undefined;
      abortWhere((position) => position.uri === uri && position.units !== units);
      const controller = new AbortController();
      const abort = (): void => controller.abort();
      signal.addEventListener('abort', abort, { once: true });
      open.set(controller, { uri, version, units });
      return {
        signal: controller.signal,
        end() {
          signal.removeEventListener('abort', abort);
          open.delete(controller);
        },
      };
    },
    changed,
    closed(uri) {
      versions.delete(uri);
      abortWhere((position) => position.uri === uri);
    },
    stop: () => abortWhere(() => true),
  };
}
