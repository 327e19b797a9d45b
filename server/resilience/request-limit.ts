/** How many requests a provider gets at a time: as the user sets it, as its rate limits allow, or as it has shown to process. */
import type { Source } from '../../shared/models.ts';

/** A service in the cloud takes at least as many; its rate limits cool keys down by themselves. */
const minCloudRequests = 64;
/** More than this gains nothing for the requests of one machine. */
const maxRequests = { api: 1_024, local: 64 };

export type RequestLimitOptions = {
  readonly source: Source;
  /** As the user set it. Absent: measured, or as the rate limits allow. */
  readonly maxConcurrentRequests?: number | undefined;
  /** What a local engine is known to process at a time. Absent: measured. */
  readonly parallelRequests?: number | undefined;
  /** Requests that the rate limits of a cloud service allow in one window. `undefined`: not reported. */
  readonly requestsPerWindow: () => number | undefined;
};

/**
 * Most local engines tell no client how many requests they process at a time, and queue further ones silently. Answers that
 * stream at the same time show it: the limit is always somewhat higher than their number was, so that more would be noticed.
 */
export function requestLimit({
  source,
  maxConcurrentRequests,
  parallelRequests = 1,
  requestsPerWindow,
}: RequestLimitOptions) {
  const isMeasured = source === 'local' && maxConcurrentRequests === undefined;
  let streaming = 0;
  let mostStreaming = parallelRequests;
  const measuredLimit = (): number =>
    Math.min(mostStreaming + Math.ceil(mostStreaming / 2), maxRequests.local);

  return {
    /** Whether one more request may be sent. @param occupied requests in progress */
    admits(occupied: number): boolean {
      if (maxConcurrentRequests !== undefined) return occupied < maxConcurrentRequests;
      if (isMeasured) return occupied < measuredLimit();
      return occupied < minCloudRequests || occupied < Math.min(requestsPerWindow() ?? 0, maxRequests.api);
    },
    /** Whether `answerBegan` and `answerEnded` have any effect. */
    isMeasured,
    /** The first part of an answer has arrived. Returns whether the limit is higher now. */
    answerBegan(): boolean {
      streaming += 1;
      if (streaming <= mostStreaming) return false;
      mostStreaming = streaming;
      return true;
    },
    /** An answer that had begun has ended. */
    answerEnded(): void {
      streaming -= 1;
    },
  };
}

export type RequestLimit = ReturnType<typeof requestLimit>;
