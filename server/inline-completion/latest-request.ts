/** Whose question counts: of a document, those about its last version and its last cursor; all before them are over. */
import { effectivePrefixUnits } from './completion.ts';
import type { CompletionContext } from './completion-context.ts';

export type LatestRequest = {
  /** Aborts with the editor's own signal, and as soon as the document or the cursor has moved on. */
  readonly signal: AbortSignal;
  /** To be called when the question is answered. */
  end(): void;
};

export type LatestRequests = {
  /** `undefined`: the document has moved on already, or the signal is aborted. */
  begin(context: CompletionContext, signal: AbortSignal): LatestRequest | undefined;
  changed(uri: string, version: number): void;
  /** A document that is opened again begins to count anew. */
  closed(uri: string): void;
  /** Ends every turn. */
  stop(): void;
};

type RequestPosition = { readonly uri: string; readonly version: number; readonly units: number };

export function latestRequests(): LatestRequests {
  const versions = new Map<string, number>();
  const open = new Map<AbortController, RequestPosition>();
  const endWhere = (over: (place: RequestPosition) => boolean): void => {
    for (const [controller, place] of open) if (over(place)) controller.abort();
  };
  const changed = (uri: string, version: number): void => {
    if (version <= (versions.get(uri) ?? -1)) return;
    versions.set(uri, version);
    endWhere((place) => place.uri === uri && place.version < version);
  };
  return {
    begin(context, signal) {
      const { uri, version } = context;
      const units = effectivePrefixUnits(context);
      changed(uri, version);
      if (signal.aborted || version < (versions.get(uri) ?? version)) return undefined;
      endWhere((place) => place.uri === uri && place.units !== units);
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
      endWhere((place) => place.uri === uri);
    },
    stop: () => endWhere(() => true),
  };
}
