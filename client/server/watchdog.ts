/** Notices a server whose event loop hangs: it does not answer a ping while this process runs on time. */

/** Milliseconds between two looks. */
const intervalMs = 5_000;
/** Looks on time without an answer, after which the server counts as hung: half a minute. */
const maxMissed = 6;

export type WatchdogOptions = {
  /** Settles when the server has answered, also with an error. */
  ping(): Promise<unknown>;
  /** Called once; `start` watches again. */
  onHung(): void;
  /** Milliseconds on a clock that goes on while the machine sleeps. */
  readonly now?: () => number;
};

/** Time in which the machine was suspended, or this process was busy itself, does not count. */
export function createWatchdog({ ping, onHung, now = Date.now }: WatchdogOptions) {
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
  };
  return {
    start(): void {
      stop();
      let lookedAt = now();
      let missed = 0;
      let isWaiting = false;
      const look = (): void => {
        const isOnTime = Math.abs(now() - lookedAt - intervalMs) < intervalMs / 2;
        lookedAt = now();
        if (isWaiting) missed = isOnTime ? missed + 1 : 0;
        if (missed >= maxMissed) {
          stop();
          onHung();
        } else if (!isWaiting) {
          isWaiting = true;
          const answered = () => {
            isWaiting = false;
            missed = 0;
          };
          ping().then(answered, answered);
        }
      };
      timer = setInterval(look, intervalMs);
      timer.unref();
    },
    stop,
  };
}
