/** The events that llama-server's router sends while its models change, and the list that confirms them. */
import * as z from 'zod';
import { toRumboError } from '../../../shared/errors.ts';
import { rejectOnAbort } from '../../platform/aborted.ts';
import { tryParseJson } from '../../wire/json-object.ts';
import type { NativeApi, NativeRequest } from '../local-engine.ts';

/** What is used of one event. */
export type RouterEvent = {
  /** 0–1 of a load. */
  readonly loaded?: number;
  /** Bytes of each file of a download. */
  readonly files?: readonly { readonly id: string; readonly done: number; readonly total: number }[];
  readonly downloadFailed?: boolean;
};

const WireEvent = z.object({
  model: z.string(),
  /** `model_status` of the documentation is `status_change` in all but the first event. */
  event: z.string(),
  data: z.record(z.string(), z.unknown()).nullish().catch(undefined),
});
const Progress = z.object({ value: z.number() });
const File = z.object({ done: z.number(), total: z.number().catch(0) });

/** Milliseconds between two checks of the list when no event causes one. */
const defaultPollIntervalMs = 1_000;

export type FollowOptions<T> = {
  readonly isAbout: (model: string) => boolean;
  readonly onEvent: (event: RouterEvent) => void;
  /** Checks the list; `undefined`: not finished yet. Rejects with what went wrong. */
  readonly check: () => Promise<T | undefined>;
  readonly signal: AbortSignal;
  readonly pollIntervalMs?: number;
};

/**
 * The first result of `check`, which runs at once, after each event that ends something, and at an interval: events
 * before the first check are lost, and older servers send none. Closes the stream of events at the end.
 */
export async function followRouter<T>(
  api: NativeApi,
  { isAbout, onEvent, check, signal, pollIntervalMs = defaultPollIntervalMs }: FollowOptions<T>,
): Promise<T> {
  const own = new AbortController();
  const either = AbortSignal.any([signal, own.signal]);
  const cancelled = rejectOnAbort(either);
  cancelled.catch(() => {});
  let wakeUp = Promise.withResolvers<void>();

  const listen = async (): Promise<void> => {
    const request: NativeRequest = { path: '/models/sse', accept: 'text/event-stream', timeout: 'events' };
    for await (const text of api.lines(request, 'sse', either)) {
      const { data: received } = WireEvent.safeParse(tryParseJson(text));
      if (!received || !isAbout(received.model)) continue;
      const event = toRouterEvent(received);
      if (event) onEvent(event);
      if (!event || event.downloadFailed) wakeUp.resolve();
    }
  };
  // If there are no events, the interval alone causes checks.
  const listening = listen().catch(() => {});
  try {
    for (;;) {
      const result = await check();
      if (result !== undefined) return result;
      const timer = setTimeout(() => wakeUp.resolve(), pollIntervalMs);
      try {
        await Promise.race([wakeUp.promise, cancelled]);
      } finally {
        clearTimeout(timer);
      }
      wakeUp = Promise.withResolvers<void>();
    }
  } catch (cause) {
    throw toRumboError(cause, signal);
  } finally {
    own.abort();
    await listening;
  }
}

/** `undefined`: something ended or began, which the list shows more reliably. */
function toRouterEvent({ event, data }: z.infer<typeof WireEvent>): RouterEvent | undefined {
  if (event === 'download_failed') return { downloadFailed: true };
  if (event === 'download_progress') return { files: filesIn(data ?? {}) };
  const { data: progress } = Progress.safeParse(data?.['progress']);
  return progress ? { loaded: progress.value } : undefined;
}

/** Files by address; newer servers nest them one level deeper. */
function filesIn(data: Readonly<Record<string, unknown>>): NonNullable<RouterEvent['files']> {
  const { progress } = data;
  const files = typeof progress === 'object' && progress !== null ? progress : data;
  return Object.entries(files).flatMap(([id, value]) => {
    const { data: file } = File.safeParse(value);
    return file ? [{ id, ...file }] : [];
  });
}
