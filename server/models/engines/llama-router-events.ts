/** What llama-server's router tells of its models while they change, and the list that confirms it. */
import * as z from 'zod';
import { toRumboError } from '../../../shared/errors.ts';
import { rejectOnAbort } from '../../platform/aborted.ts';
import { type NativeApi, type NativeRequest, tryParseJson } from '../native-api.ts';

/** One event, as far as anybody here wants to know. */
export type RouterEvent = {
  /** 0–1 of a load. */
  readonly loaded?: number;
  /** Bytes of each file of a download. */
  readonly files?: readonly { readonly id: string; readonly done: number; readonly total: number }[];
  readonly downloadFailed?: boolean;
};

const Event = z.object({
  model: z.string(),
  /** `model_status` of the documents is `status_change` in all but the first event. */
  event: z.string(),
  data: z.record(z.string(), z.unknown()).nullish().catch(undefined),
});
const Progress = z.object({ value: z.number() });
const File = z.object({ done: z.number(), total: z.number().catch(0) });

/** Milliseconds between two looks at the list when no event asks for one. */
const defaultPollIntervalMs = 1_000;

export type FollowOptions<T> = {
  readonly isAbout: (model: string) => boolean;
  readonly onEvent: (news: RouterEvent) => void;
  /** Looks at the list; `undefined`: nothing is settled yet. Rejects with what went wrong. */
  readonly check: () => Promise<T | undefined>;
  readonly signal: AbortSignal;
  readonly pollIntervalMs?: number;
};

/**
 * What `look` settles on: it is asked at once, after each event that says something ended, and now and then, since
 * events before the first look are lost and older servers send none. The stream of events is closed in the end.
 */
export async function followRouter<T>(ask: NativeApi, follow: FollowOptions<T>): Promise<T> {
  const { isAbout, onEvent, check, signal, pollIntervalMs = defaultPollIntervalMs } = follow;
  const own = new AbortController();
  const both = AbortSignal.any([signal, own.signal]);
  const gone = rejectOnAbort(both);
  gone.catch(() => {});
  let bell = Promise.withResolvers<void>();

  const listen = async (): Promise<void> => {
    const question = {
      path: '/models/sse',
      accept: 'text/event-stream',
      timeout: 'news',
    } satisfies NativeRequest;
    for await (const text of ask.lines(question, 'sse', both)) {
      const { data: event } = Event.safeParse(tryParseJson(text));
      if (!event || !isAbout(event.model)) continue;
      const news = toRouterEvent(event);
      if (news) onEvent(news);
      if (!news || news.downloadFailed) bell.resolve();
    }
  };
  // Without events the list alone tells.
  const listening = listen().catch(() => {});
  try {
    for (;;) {
      const settled = await check();
      if (settled !== undefined) return settled;
      const tick = setTimeout(() => bell.resolve(), pollIntervalMs);
      try {
        await Promise.race([bell.promise, gone]);
      } finally {
        clearTimeout(tick);
      }
      bell = Promise.withResolvers<void>();
    }
  } catch (cause) {
    throw toRumboError(cause, signal);
  } finally {
    own.abort();
    await listening;
  }
}

/** `undefined`: something ended or began, which the list tells better. */
function toRouterEvent({ event, data }: z.infer<typeof Event>): RouterEvent | undefined {
  if (event === 'download_failed') return { downloadFailed: true };
  if (event === 'download_progress') return { files: filesIn(data ?? {}) };
  const { data: progress } = Progress.safeParse(data?.['progress']);
  return progress ? { loaded: progress.value } : undefined;
}

/** By address; newer servers put them one deeper. */
function filesIn(data: Readonly<Record<string, unknown>>): NonNullable<RouterEvent['files']> {
  const { progress } = data;
  const files = typeof progress === 'object' && progress !== null ? progress : data;
  return Object.entries(files).flatMap(([id, value]) => {
    const { data: file } = File.safeParse(value);
    return file ? [{ id, ...file }] : [];
  });
}
