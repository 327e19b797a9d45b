/**
 * When to ask for ghost text, and when not to: what is known already is offered, what is under way is shared, and only
 * then, after a pause that suits model and user, somebody is asked. Nothing is offered for a document that has moved on.
 */
import { RumboError } from '../../shared/errors.ts';
import { type Clock, pause, steadyClock } from './clock.ts';
import { type Answer, followFrom, whenAccepted } from './completion.ts';
import { type AnswerLimits, answers } from './completion-cache.ts';
import type { CompletionContext, CompletionLength } from './completion-context.ts';
import type { CompletionItem } from './completion-item.ts';
import {
  acceptedJustBefore,
  asFind,
  type Find,
  found,
  howShared,
  isRefused,
  isSame,
  type Last,
  type Shown,
  type Source,
} from './current-completion.ts';
import { pace } from './debounce.ts';
import { firstOf } from './first-match.ts';
import type { Choice, Generator } from './generator.ts';
import type { Course, Flight, Left } from './in-flight-request.ts';
import { flights } from './in-flight-requests.ts';
import { turns } from './latest-request.ts';
import type { Renderer } from './renderer.ts';
import { askedLines } from './requested-lines.ts';

export type SuggesterSettings = {
  /** Milliseconds from a keystroke amid a line to its question, if models took no time and the user refused nothing. */
  readonly debounceMs: number;
  readonly cache: AnswerLimits;
  /** Milliseconds from the first text of a suggestion until it is shown, though more of it is still to come. */
  readonly patienceMs: number;
  /** Have more than the suggestion: read on past its end, and ask slow models that cost nothing for what comes after it. */
  readonly lookAhead: boolean;
};

export type SuggesterParts = {
  readonly writer: Generator;
  readonly show: Renderer;
  /** Asked each time, so that a change holds at once. */
  readonly settings: () => SuggesterSettings;
  /** Absent: the real one. */
  readonly clock?: Clock;
};

export interface Suggester {
  /**
   * Offers for a place in a document; none when there is nothing to say, when the document or the cursor has moved on, and
   * when the signal aborts. `typing` gets one at the most. Rejects with `RumboError` when the model fails.
   */
  suggest(situation: CompletionContext, signal: AbortSignal): Promise<readonly CompletionItem[]>;
  /** The user has taken it; a part at a time counts once. */
  accepted(id: string): void;
  /** The user has sent it away: the same is not shown again on this line, and questions wait longer. */
  rejected(id: string): void;
  /** @param version the document's, after the change */
  changed(uri: string, version: number): void;
  /** Forgets the document. */
  closed(uri: string): void;
  /** Aborts and forgets all; until `start` nothing is asked. */
  stop(): void;
  start(): void;
}

/** Milliseconds to the first text within which a model is asked for lines where one would do, and never ahead. */
const fastMs = 300;

/** Milliseconds without a keystroke after which somebody is taken to wait for ghost text. */
const restMs = 500;

/** Milliseconds that a second question has to come sooner to be worth asking. */
const leastGainMs = 300;

/**
 * Answers that are made of one model's text, past the one it was asked for. Paid models are read on too, within what they were
 * asked to write: some more words cost far less than the whole prompt once again.
 */
const longestStreak = 2;

/** Offers that may still be accepted or rejected. */
const mostOffers = 64;

export function scheduler({ writer, show, settings, clock = steadyClock }: SuggesterParts): Suggester {
  const rhythm = pace(clock);
  const known = answers(() => settings().cache);
  const turn = turns();
  const lines = askedLines();
  const shown = new Map<string, Last>();
  const refused = new Map<string, Shown>();
  /** By id. `null`: its document has been offered something newer; whole texts are kept of the newest only. */
  const offered = new Map<string, Shown | null>();
  /** Whose next place has been asked for. */
  const lookedPast = new WeakSet<Source>();
  let stopped = false;
  let count = 0;

  const answered = (course: Course, answer: Answer | undefined, left: Left): void => {
    const { situation, asked, origin } = course;
    if (answer) known.add(situation, asked, answer, { model: left.model, origin });
    const streak = course.streak ?? 0;
    if (answer && streak < longestStreak)
      under.goOn({ ...course, streak: streak + 1 }, answer, left, settings().lookAhead);
    else void left.stream?.return?.().catch(() => {});
  };
  const under = flights({
    writer,
    show,
    clock,
    patienceMs: () => settings().patienceMs,
    answered,
    over(uri) {
      const last = shown.get(uri);
      try {
        if (last) lookAhead(last);
      } catch {
        // Nobody waits for it: what is wrong shows with the next keystroke, to somebody who is told.
      }
    },
  });

  const followsAccept = (situation: CompletionContext): boolean =>
    acceptedJustBefore(shown.get(situation.uri), situation);

  const shapeOf = (situation: CompletionContext, { shape, usualMs }: Choice): CompletionLength => {
    if (shape === 'line') return 'line';
    return show.shapeFor(situation, {
      acceptedJustBefore: followsAccept(situation),
      fast: isFast(usualMs),
    });
  };

  const ask = (situation: CompletionContext, choice: Choice): Flight =>
    under.start({ situation, shape: shapeOf(situation, choice), asked: choice.model, origin: 'model' });

  /** Asks for what follows what is shown, where that costs nothing, saves time and the user is taking what is offered. */
  const lookAhead = ({ situation, source, asked, followsAccept }: Last): void => {
    if (stopped || !followsAccept || !settings().lookAhead || !source.answer) return;
    if (!asked.free || isFast(asked.usualMs)) return;
    const next = whenAccepted(situation, source.answer);
    if (under.busy(situation.uri) || !show.mayAsk(next) || known.find(next, asked.model).length > 0) return;
    const choice = lookedPast.has(source) ? undefined : writer.choose(next);
    if (!choice?.free) return;
    lookedPast.add(source);
    under.start({ situation: next, shape: shapeOf(next, choice), asked: choice.model, origin: 'speculated' });
  };

  const recall = (situation: CompletionContext, choice: Choice): Find | undefined => {
    const last = shown.get(situation.uri);
    const left = last?.source.answer && followFrom(last.situation, last.source.answer, situation);
    if (last && left && left !== 'more')
      return { suggestion: left, source: last.source, how: 'typed-through' };
    const [found] = known.find(situation, choice.model);
    return found && asFind(found);
  };

  /**
   * Waits for one that is under way. When the user stops and it will not speak for long, this place is asked about too:
   * what was typed since may well lead elsewhere. `elsewhere`: it did, and nobody was asked about this place.
   */
  const share = async (
    running: Flight,
    situation: CompletionContext,
    choice: Choice,
    signal: AbortSignal,
  ) => {
    const joined = found(running, running.wait(situation, signal), howShared(running));
    const dueMs = running.since + (choice.usualMs ?? 0) - clock.now();
    if (running.answer || dueMs < restMs + leastGainMs) return (await joined) ?? 'elsewhere';
    await Promise.race([joined.catch(() => {}), pause(clock, restMs, signal)]);
    if (signal.aborted || running.answer || running.ended) return (await joined) ?? 'elsewhere';
    const own = ask(situation, choice);
    const find = await firstOf([joined, found(own, own.wait(situation, signal), 'model')]);
    if (find) for (const flight of [running, own]) if (flight !== find.source) flight.abort();
    return find;
  };

  const one = async (
    situation: CompletionContext,
    choice: Choice,
    signal: AbortSignal,
  ): Promise<Find | undefined> => {
    if (isRefused(refused, situation)) return undefined;
    const arrived = clock.now();
    const delayMs = (): number => {
      if (followsAccept(situation)) return 0;
      const { usualMs } = choice;
      const { debounceMs } = settings();
      return rhythm.delayMs(situation, { usualMs, debounceMs, inVain: lines.has(situation) });
    };
    let paused = false;
    while (!signal.aborted) {
      const find = recall(situation, choice);
      if (find) return find;
      const running = under.serving(situation);
      if (running) {
        const find = await share(running, situation, choice, signal);
        if (find !== 'elsewhere') return find;
        continue;
      }
      if (!show.mayAsk(situation)) return undefined;
      const waitMs = delayMs() - (clock.now() - arrived);
      if (waitMs > 0 && !paused) {
        await pause(clock, waitMs, signal);
        paused = true;
        continue;
      }
      lines.add(situation);
      const own = ask(situation, choice);
      const suggestion = await own.wait(situation, signal);
      return suggestion && { suggestion, source: own, how: 'model' };
    }
    return undefined;
  };

  /** All that is known for this place, and one that is new. */
  const several = async (
    situation: CompletionContext,
    choice: Choice,
    signal: AbortSignal,
  ): Promise<Find[]> => {
    refused.delete(situation.uri);
    const finds = known.find(situation, choice.model).map(asFind);
    const running = under.serving(situation);
    const asked = running ?? ask(situation, choice);
    try {
      const suggestion = await asked.wait(situation, signal);
      if (suggestion) finds.push({ suggestion, source: asked, how: running ? howShared(running) : 'model' });
    } catch (error) {
      if (finds.length === 0) throw error;
    }
    return finds.filter(
      ({ suggestion }, at) => finds.findIndex((other) => isSame(other.suggestion, suggestion)) === at,
    );
  };

  const offer = (situation: CompletionContext, { suggestion, source, how }: Find): CompletionItem => {
    const id = `${++count}`;
    offered.set(id, { situation, source });
    for (const old of offered.keys()) if (offered.size > mostOffers) offered.delete(old);
    return { id, suggestion, model: source.model, how };
  };

  return {
    async suggest(situation, signal) {
      const mine = stopped ? undefined : turn.take(situation, signal);
      if (!mine) return [];
      try {
        under.look(situation);
        const choice = writer.choose(situation);
        if (!choice) return [];
        const finds =
          situation.trigger === 'asked'
            ? await several(situation, choice, mine.signal)
            : [await one(situation, choice, mine.signal)].filter((find) => find !== undefined);
        const [first] = finds;
        if (mine.signal.aborted || !first) return [];
        const { source } = first;
        const now = { situation, source, asked: choice, followsAccept: followsAccept(situation) };
        shown.set(situation.uri, now);
        for (const [id, sent] of offered) if (sent?.situation.uri === situation.uri) offered.set(id, null);
        const offers = finds.map((find) => offer(situation, find));
        lookAhead(now);
        return offers;
      } catch (error) {
        if (mine.signal.aborted || (error instanceof RumboError && error.kind === 'cancelled')) return [];
        throw error;
      } finally {
        mine.end();
      }
    },
    accepted(id) {
      if (offered.delete(id)) rhythm.accepted();
    },
    rejected(id) {
      const sent = offered.get(id);
      if (!offered.delete(id)) return;
      rhythm.rejected();
      if (!sent) return;
      refused.set(sent.situation.uri, sent);
      shown.delete(sent.situation.uri);
      under.abort(sent.situation.uri);
    },
    changed(uri, version) {
      turn.changed(uri, version);
      under.doubt(uri);
    },
    closed(uri) {
      turn.closed(uri);
      under.abort(uri);
      known.forget(uri);
      lines.forget(uri);
      for (const map of [shown, refused]) map.delete(uri);
      for (const [id, sent] of offered) if (sent?.situation.uri === uri) offered.set(id, null);
    },
    stop() {
      stopped = true;
      turn.stop();
      under.abort();
      known.clear();
      for (const map of [shown, refused, offered]) map.clear();
    },
    start() {
      stopped = false;
    },
  };
}

const isFast = (usualMs: number | null): boolean => usualMs !== null && usualMs <= fastMs;
