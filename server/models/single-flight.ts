/** One piece of work for all who want it: it runs once, tells everybody, and ends when the last one leaves. */
import { toRumboError } from '../../shared/errors.ts';
import { rejectOnAbort } from '../platform/aborted.ts';

type SharedTask<Result, News> = {
  readonly result: Promise<Result>;
  readonly listeners: Set<(news: News) => void>;
  /** Who waits for it. */
  callers: number;
  /** What was told last, for those who come later. */
  latest: News | undefined;
  readonly stop: AbortController;
};

export type StartTask<Result, News> = (tell: (news: News) => void, signal: AbortSignal) => Promise<Result>;

export function singleFlight<Result, News>() {
  const running = new Map<string, SharedTask<Result, News>>();
  /** Work that was given up and has not ended yet; the next of its name waits, so that the two never meet. */
  const cancelling = new Map<string, Promise<unknown>>();

  const start = (name: string, begin: StartTask<Result, News>): SharedTask<Result, News> => {
    const stop = new AbortController();
    const before = cancelling.get(name) ?? Promise.resolve();
    const listeners = new Set<(news: News) => void>();
    const tell = (news: News) => {
      work.latest = news;
      for (const listener of listeners) listener(news);
    };
    const result = before.then(() => begin(tell, stop.signal));
    const work: SharedTask<Result, News> = { result, listeners, callers: 0, latest: undefined, stop };
    running.set(name, work);
    const over = () => {
      if (running.get(name) === work) running.delete(name);
    };
    result.then(over, over);
    return work;
  };

  const leave = (name: string, work: SharedTask<Result, News>): void => {
    work.callers -= 1;
    if (work.callers > 0 || running.get(name) !== work) return;
    running.delete(name);
    work.stop.abort();
    const ended = work.result.then(
      () => {},
      () => {},
    );
    cancelling.set(name, ended);
    void ended.then(() => {
      if (cancelling.get(name) === ended) cancelling.delete(name);
    });
  };

  return {
    /**
     * Joins the work of this name, or begins it. Rejects with what it rejects with, and with `cancelled` as soon as
     * `signal` aborts, whatever the others do.
     */
    async join(
      name: string,
      begin: StartTask<Result, News>,
      listener: (news: News) => void,
      signal: AbortSignal,
    ): Promise<Result> {
      if (signal.aborted) throw toRumboError(signal.reason, signal);
      const work = running.get(name) ?? start(name, begin);
      work.callers += 1;
      // Two requests may hand in one function, and each leaves for itself.
      const own = (news: News) => listener(news);
      work.listeners.add(own);
      if (work.latest !== undefined) own(work.latest);
      try {
        return await Promise.race([work.result, rejectOnAbort(signal)]);
      } catch (cause) {
        throw toRumboError(cause, signal);
      } finally {
        work.listeners.delete(own);
        leave(name, work);
      }
    },
  };
}
