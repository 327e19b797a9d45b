/** One task shared by all its callers: it runs once, reports progress to each of them, and is cancelled when the last one leaves. */
import { toRumboError } from '../../shared/errors.ts';
import { rejectOnAbort } from '../platform/aborted.ts';

type SharedTask<Result, Progress> = {
  readonly result: Promise<Result>;
  readonly listeners: Set<(progress: Progress) => void>;
  /** Number of callers that wait for the result. */
  callers: number;
  /** The last progress, for callers that join later. */
  latest: Progress | undefined;
  readonly controller: AbortController;
};

export type StartTask<Result, Progress> = (
  report: (progress: Progress) => void,
  signal: AbortSignal,
) => Promise<Result>;

export function singleFlight<Result, Progress>() {
  const running = new Map<string, SharedTask<Result, Progress>>();
  /** Cancelled tasks that have not ended yet; the next one with the same key waits, so that the two never overlap. */
  const cancelling = new Map<string, Promise<unknown>>();

  const begin = (key: string, start: StartTask<Result, Progress>): SharedTask<Result, Progress> => {
    const controller = new AbortController();
    const before = cancelling.get(key) ?? Promise.resolve();
    const listeners = new Set<(progress: Progress) => void>();
    const report = (progress: Progress) => {
      task.latest = progress;
      for (const listener of listeners) listener(progress);
    };
    const result = before.then(() => start(report, controller.signal));
    const task: SharedTask<Result, Progress> = {
      result,
      listeners,
      callers: 0,
      latest: undefined,
      controller,
    };
    running.set(key, task);
    const remove = () => {
      if (running.get(key) === task) running.delete(key);
    };
    result.then(remove, remove);
    return task;
  };

  const leave = (key: string, task: SharedTask<Result, Progress>): void => {
    task.callers -= 1;
    if (task.callers > 0 || running.get(key) !== task) return;
    running.delete(key);
    task.controller.abort();
    const ended = task.result.then(
      () => {},
      () => {},
    );
    cancelling.set(key, ended);
    void ended.then(() => {
      if (cancelling.get(key) === ended) cancelling.delete(key);
    });
  };

  return {
    /**
     * Joins the task with this key, or starts it. Rejects with what the task rejects with, and with `cancelled` as soon
     * as `signal` aborts, whatever the other callers do.
     */
    async join(
      key: string,
      start: StartTask<Result, Progress>,
      listener: (progress: Progress) => void,
      signal: AbortSignal,
    ): Promise<Result> {
      if (signal.aborted) throw toRumboError(signal.reason, signal);
      const task = running.get(key) ?? begin(key, start);
      task.callers += 1;
      // Two callers may pass the same function, and each leaves by itself.
      const own = (progress: Progress) => listener(progress);
      task.listeners.add(own);
      if (task.latest !== undefined) own(task.latest);
      try {
        return await Promise.race([task.result, rejectOnAbort(signal)]);
      } catch (cause) {
        throw toRumboError(cause, signal);
      } finally {
        task.listeners.delete(own);
        leave(key, task);
      }
    },
  };
}
