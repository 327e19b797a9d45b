/** When an answer is complete: the rules that all wire formats share on finish reasons, end markers and what follows them. */
import type { EnginePart, FinishReason } from '../../shared/chat.ts';
import { RumboError } from '../../shared/errors.ts';
import { errorInEvent } from './error-event.ts';
import { errorFromEvent } from './error-response.ts';
import { eventJsonReader } from './event-json.ts';
import { parseLenientObject } from './lenient-json.ts';
import { type ToolCallAssembler, type ToolCallFragment, toolCallAssembler } from './tool-call-assembler.ts';
import { type UsageReports, usageReports } from './usage-reports.ts';

/**
 * What has arrived of the end of one answer. A finish reason, usage or end marker may come early, in every event, or
 * before more text, so none of them ends the answer by itself: it ends with the wire's terminal event, with an end marker
 * that follows a finish reason, with the body, or with silence after it may have ended.
 */
export type FinishState = {
  /** A readable event of an answer arrived. */
  seen: boolean;
  /** The latest reported, unless it says less than one before. `undefined`: none yet. */
  reason(): FinishReason | undefined;
  /** A finish reason was reported. */
  setReason(reported: FinishReason): void;
  /** What else was reported of the end; of two reports of one field the later one counts. */
  setDetails(details: FinishDetails): void;
  /** What the service has reported of the answer's tokens, wherever in its events. */
  readonly usage: UsageReports;
  /** Fragments of tool calls, those of one event together; the calls that are whole precede `finish`. */
  addCalls(fragments: readonly (ToolCallFragment | null | undefined)[]): void;
  /** A call has begun, whole or not. */
  hasCalls(): boolean;
  /** `finish` was returned; nothing follows it. */
  isFinished(): boolean;
  /** Nothing more needs to follow: when the body ends or falls silent now, the answer is complete. */
  mayEnd(): boolean;
  /**
   * One event's JSON as an object, valid until the next call. `undefined`: the event holds nothing. Throws the error that
   * the event reports, and `interrupted` for an event that cannot be read, since it may have held words (`bad-response`
   * where nothing was readable before).
   */
  read<T extends object>(data: string, name?: string): Partial<T> | undefined;
  /** An end marker that some services send early: the end once a finish reason has come. */
  mark(): readonly EnginePart[];
  /** The wire's terminal event: nothing follows. `other` when there was no reason. */
  close(): readonly EnginePart[];
  /** The body ended, or is silent: complete when it may end, else throws `interrupted`. */
  end(): readonly EnginePart[];
};

/** Absent fields were not reported. */
export type FinishDetails = { readonly stopSequence?: string; readonly detail?: string };

export type FinishRules = {
  /** Absent: as most services count. */
  readonly usage?: UsageReports;
  /** The tools of the request. Absent: unknown. */
  readonly toolNames?: readonly string[] | undefined;
  /** Called before an answer is complete; may throw what is wrong with it. */
  readonly check?: (hasCalls: boolean) => void;
  /** An end marker is the wire's own, and enough at the end of the body. Elsewhere a proxy adds it to whatever it has got. */
  readonly isMarkerEnough?: boolean;
};

export function finishState({
  usage = usageReports(),
  toolNames,
  check,
  isMarkerEnough = false,
}: FinishRules = {}): FinishState {
  /** The event that was last found to report no error. */
  let checked: object | undefined;
  const events = eventJsonReader();
  let finished = false;
  let isMarked = false;
  let reason: FinishReason | undefined;
  let details: FinishDetails = {};
  let calls: ToolCallAssembler | undefined;
  const finish = (reported: FinishReason): readonly EnginePart[] => {
    if (finished) return [];
    finished = true;
    checked = undefined;
    events.close();
    const { parts, cutCalls } = assembledCalls(calls, reported);
    check?.(parts.length > 0);
    return [
      ...parts,
      {
        type: 'finish',
        reason: reasonWith(parts.length > 0, reported),
        ...details,
        ...usage.finishFields(),
        ...(cutCalls.length > 0 ? { cutCalls } : {}),
      },
    ];
  };
  const end: FinishState = {
    seen: false,
    reason: () => reason,
    setReason(reported) {
      // Gateways add a “stop” of their own after the service's reason.
      if (reason === undefined || reason === 'other' || !isVague(reported)) reason = reported;
    },
    setDetails(reported) {
      details = { ...details, ...reported };
    },
    usage,
    addCalls(fragments) {
      calls ??= toolCallAssembler(toolNames);
      calls.add(fragments);
    },
    hasCalls: () => calls !== undefined && calls.count() > 0,
    isFinished: () => finished,
    mayEnd: () => reason !== undefined || isMarked,
    read<T extends object>(data: string, name?: string) {
      const event = events.read(data) ?? parseLenientObject(data);
      if (event) {
        // The same envelope with another text reports no error either.
        if (event === checked) return event as Partial<T>;
        checked = event;
        const failure = errorInEvent(event, name);
        if (failure !== undefined) throw errorFromEvent(failure);
        usage.readEvent(event, data);
        return event as Partial<T>;
      }
      if (name === 'error') throw errorFromEvent({ error: data });
      if (holdsNothing(data, name) || (reason !== undefined && isFarewell(data))) return;
      throw end.seen ? unreadableEventError() : noEventsError();
    },
    mark() {
      isMarked ||= isMarkerEnough;
      return reason ? finish(reason) : [];
    },
    close() {
      if (!end.seen) throw noEventsError();
      return finish(reason ?? 'other');
    },
    end() {
      if (finished) return [];
      if (!end.seen) throw noEventsError();
      if (!end.mayEnd()) throw brokenOffError();
      return reason ? finish(reason) : finish('other').map(withoutReason);
    },
  };
  return end;
}

const withoutReason = (part: EnginePart): EnginePart =>
  part.type === 'finish' ? { ...part, hasNoReason: true } : part;

export const brokenOffError = (): RumboError =>
  new RumboError('The answer broke off before its end.', { kind: 'interrupted' });

const isVague = (reason: FinishReason | undefined): boolean => reason === 'stop' || reason === 'other';

/** Answers that stop at these have no whole end. */
const cutReasons: ReadonlySet<FinishReason> = new Set(['length', 'content-filter']);

/** Throws `interrupted` when a call is not whole although nothing has cut the answer. */
function assembledCalls(
  assembler: ToolCallAssembler | undefined,
  reason: FinishReason,
): { readonly parts: readonly EnginePart[]; readonly cutCalls: readonly string[] } {
  if (!assembler) return { parts: [], cutCalls: [] };
  const isCut = cutReasons.has(reason);
  const { calls, broken } = assembler.finish(isCut);
  // A call that was cut has no arguments to run it with: only a limit explains it, anything else is a broken answer.
  if (broken.length > 0 && !isCut)
    throw new RumboError(`The model’s call of ${broken[0] || 'a tool'} arrived incomplete.`, {
      kind: 'interrupted',
    });
  return { parts: calls.map((call) => ({ type: 'tool-call', ...call })), cutCalls: broken };
}

/** Some services stop as usual after a call, others name calls that they did not make. */
function reasonWith(hasCalls: boolean, reason: FinishReason): FinishReason {
  if (hasCalls && (reason === 'stop' || reason === 'other')) return 'tool-calls';
  return !hasCalls && reason === 'tool-calls' ? 'other' : reason;
}

/** Data by which services and proxies keep a connection open: no text of a model has this form. */
const keepAlive = /^(?:|null|""|''|:.*|[[(<]?(?:ping|pong|keep-?alive|heartbeat|ok|processing)[\])>.!]*)$/i;

/** What gateways write after the end; a report of a failure is none. */
const isFarewell = (data: string): boolean =>
  data.length <= 64 &&
  !/["{}]|error|fail|abort|time|reset|upstream|premature|unexpected|invalid|exceeded/i.test(data) &&
  /(?:^|[^a-z])(?:done|end|eof|eos|completed?|finish(?:ed)?|closed?|stop(?:ped)?|s)(?:$|[^a-z])/i.test(data);

const holdsNothing = (data: string, name: string | undefined): boolean =>
  keepAlive.test(data.trim()) || (name !== undefined && /^(?:ping|keep-?alive|heartbeat)$/i.test(name));

const noEventsError = (): RumboError =>
  new RumboError('The service’s response holds nothing readable.', { kind: 'bad-response' });

const unreadableEventError = (): RumboError =>
  new RumboError('A piece of the answer arrived damaged.', { kind: 'interrupted' });
