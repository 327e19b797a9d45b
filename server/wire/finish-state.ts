/** When an answer is complete: the rules every wire format shares about finish reasons, late usage and missing ends. */
import type { EnginePart, FinishReason, Usage } from '../../shared/chat.ts';
import { RumboError } from '../../shared/errors.ts';

/** The end of one answer, as far as it is known. */
export type FinishState = {
  /** Something readable came. */
  seen: boolean;
  reason: FinishReason | undefined;
  /** The last the service said; services repeat it, each time whole. */
  usage: Usage | undefined;
  /** `finish` was given; nothing follows it. */
  readonly finished: boolean;
  /** One event's JSON as an object; `undefined` for anything else: a malformed event in the middle costs only itself. */
  read<T extends object>(data: string): Partial<T> | undefined;
  /** The `finish`, once, when reason and usage are both known. */
  settle(): readonly EnginePart[];
  /** The `finish`, once, because the end marker came; `other` when there was no reason. */
  close(): readonly EnginePart[];
  /** The body ended: complete when the reason was seen, else throws. */
  end(): readonly EnginePart[];
};

export function finishState(): FinishState {
  let finished = false;
  let skipped = 0;
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
      const event = parseObject<T>(data);
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
  new RumboError('The service answered with nothing that could be read.', { kind: 'bad-response' });

function parseObject<T extends object>(data: string): Partial<T> | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Partial<T>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** What a vendor's word for the end means by its table; `other` for any word that is not in it. */
export const finishReasonIn = (table: Readonly<Record<string, FinishReason>>, word: unknown): FinishReason =>
  (typeof word === 'string' && Object.hasOwn(table, word) && table[word]) || 'other';

/** A count of tokens, whole; anything that is none counts 0. */
export const toTokenCount = (value: unknown): number =>
  typeof value === 'number' && value > 0 && Number.isFinite(value) ? Math.round(value) : 0;
