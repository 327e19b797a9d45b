/** Several may write the same text: one is asked, helped by another when it is late, and whoever speaks first is heard. */
import { errorPolicies } from '../../shared/error-kinds.ts';
import { RumboError, toRumboError } from '../../shared/errors.ts';
import type { Clock } from './clock.ts';

/** Somebody who can be asked. */
export type HedgeCandidate<Speech> = {
  /** Who does the work; two at the same place only take turns. */
  readonly provider: string;
  /** Milliseconds of silence after which it is late. */
  readonly lateAfterMs: number;
  /** It may be asked while another one is late. Else only once nobody is under way. */
  readonly mayHedge: boolean;
  /** Resolves once it speaks. Rejects with `RumboError`; what the signal aborts is closed, also after it has spoken. */
  start(signal: AbortSignal): Promise<Speech>;
};

/**
 * The speech of whoever speaks first; the other one is aborted in the same moment. Who fails before its first word makes
 * room for the next. Rejects with `RumboError`: with `cancelled` when the signal aborts, else with the last failure.
 * @param runners best first
 */
export function hedgedRequest<Speech>(
  runners: readonly HedgeCandidate<Speech>[],
  clock: Clock,
  signal: AbortSignal,
): Promise<Speech> {
  const { promise, resolve, reject } = Promise.withResolvers<Speech>();
  const waiting = [...runners];
  const running = new Map<HedgeCandidate<Speech>, AbortController>();
  let over = false;
  let callOff = (): void => {};

  const end = (winner?: HedgeCandidate<Speech>): void => {
    over = true;
    callOff();
    signal.removeEventListener('abort', stop);
    for (const [other, controller] of running) if (other !== winner) controller.abort();
  };
  const stop = (): void => {
    end();
    reject(toRumboError(signal.reason, signal));
  };

  const start = (runner: HedgeCandidate<Speech>): void => {
    waiting.splice(waiting.indexOf(runner), 1);
    const controller = new AbortController();
    running.set(runner, controller);
    runner.start(AbortSignal.any([signal, controller.signal])).then(
      (speech) => {
        if (over) return;
        end(runner);
        resolve(speech);
      },
      (error: unknown) => {
        running.delete(runner);
        if (!over) failed(toRumboError(error));
      },
    );
    watch();
  };

  const failed = (error: RumboError): void => {
    if (!mayTryNext(error)) waiting.length = 0;
    const next = running.size === 0 ? waiting[0] : undefined;
    if (next) start(next);
    else if (running.size > 0) watch();
    else {
      end();
      reject(error);
    }
  };

  /** Whoever is alone on the way gets help when it is late. */
  const watch = (): void => {
    callOff();
    const [alone, second] = running.keys();
    if (!alone || second) return;
    callOff = clock.after(alone.lateAfterMs, () => {
      const helper = waiting.find(({ mayHedge, provider }) => mayHedge && provider !== alone.provider);
      if (helper) start(helper);
    });
  };

  const [first] = waiting;
  if (signal.aborted) stop();
  else if (first) {
    signal.addEventListener('abort', stop, { once: true });
    start(first);
  } else reject(new RumboError('No model can write here.', { kind: 'no-candidate' }));
  return promise;
}

/** What one model cannot be asked another may be: every way of it was refused. */
const mayTryNext = ({ kind }: RumboError): boolean =>
  kind === 'invalid-request' || errorPolicies[kind].fallback;
