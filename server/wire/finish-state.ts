/** When an answer is complete: the rules that all wire formats share on finish reasons, late usage and missing end markers. */
import type { EnginePart, FinishReason, Usage } from '../../shared/chat.ts';
import { RumboError } from '../../shared/errors.ts';
import { eventJsonReader } from './event-json.ts';

/** What has arrived of the end of one answer. */
export type FinishState = {
  /** A readable event arrived. */
  seen: boolean;
  reason: FinishReason | undefined;
  /** The latest report; services repeat it, each time complete. */
  usage: Usage | undefined;
  /** `finish` was returned; nothing follows it. */
  readonly finished: boolean;
  /** One event's JSON as an object, valid until the next call; `undefined` for anything else: a malformed event in the middle costs only itself. */
  read<T extends object>(data: string): Partial<T> | undefined;
  /** The `finish`, once, when reason and usage have both arrived. */
  settle(): readonly EnginePart[];
  /** The `finish`, once, because the end marker arrived; `other` when there was no reason. */
  close(): readonly EnginePart[];
  /** The body ended: complete when the reason has arrived, else throws. */
  end(): readonly EnginePart[];
};

export function finishState(): FinishState {
  let finished = false;
  let skipped = 0;
  const readJson = eventJsonReader();
  const finish = (reason: FinishReason): readonly EnginePart[] => {
    if (finished) return [];
    finished = true;
    return [
      {
        type: 'finish',
        reason,
        ...(end.usage ? { usage: end.usage } : {}),
        ...(skipped > 0 ? { skipped } : {}),
      },
    ];
  };
  const end: FinishState = {
    seen: false,
    reason: undefined,
    usage: undefined,
    get finished() {
      return finished;
    },
    read<T extends object>(data: string) {
      const event = readJson(data) as Partial<T> | undefined;
      if (!event) skipped += 1;
      return event;
    },
    settle: () => (end.reason && end.usage ? finish(end.reason) : []),
    close() {
      if (!end.seen) throw noEventsError();
      return finish(end.reason ?? 'other');
    },
    end() {
      if (finished) return [];
      if (!end.seen) throw noEventsError();
      if (!end.reason) throw new RumboError('The answer broke off before its end.', { kind: 'interrupted' });
      return finish(end.reason);
    },
  };
  return end;
}

const noEventsError = (): RumboError =>
  new RumboError('The service’s response holds nothing readable.', { kind: 'bad-response' });

/** A vendor's finish reason by its table; `other` for one that is not in it. */
export const finishReasonIn = (table: Readonly<Record<string, FinishReason>>, word: unknown): FinishReason =>
  (typeof word === 'string' && Object.hasOwn(table, word) && table[word]) || 'other';

/** A count of tokens as an integer; 0 for any other value. */
export const toTokenCount = (value: unknown): number =>
  typeof value === 'number' && value > 0 && Number.isFinite(value) ? Math.round(value) : 0;
