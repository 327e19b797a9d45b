/** Asks a model to continue an answer that another one began, in such a way that the place of the join can be measured. */
import type { Message } from '../../shared/chat.ts';
import { isOnlyEndOf, nonblankText } from './nonblank-text.ts';

/**
 * How a model is asked to continue. `instruct`: a user message requests that it repeats the end first. `prefill`: and its
 * answer is begun with the first words of that, which helps small models. `anew`: it answers from the beginning, since what
 * it wrote could not be joined.
 */
export type ContinuationMode = 'instruct' | 'prefill' | 'anew';

/** Units, blanks not counted, of the least and the longest repetition that is requested. */
const minRepetition = 24;
const maxRepetition = 400;
/** A repetition of this length may begin inside a line. */
const minOfLongLine = 96;
/** What a model has to repeat by itself after a prefill. */
const minAfterPrefill = 16;

/**
 * The conversation as it was, the beginning of the answer, and the request to repeat its end and to continue. No model is
 * given all of the beginning as a prefill: what it writes then shows no place, and services drop blanks before and after it.
 */
export function continuationMessages(
  messages: readonly Message[],
  beginning: string,
  mode: 'instruct' | 'prefill',
): readonly Message[] {
  const prefill = mode === 'prefill' ? repetitionPrefill(beginning) : '';
  return [
    ...messages,
    { role: 'assistant', content: sendable(beginning) },
    { role: 'user', content: instructionTo(textToRepeat(beginning)) },
    ...(prefill === '' ? [] : [{ role: 'assistant', content: prefill } as const]),
  ];
}

/** The first words of the repetition, as many as leave enough of it to measure. Empty: it is too short. */
export function repetitionPrefill(beginning: string): string {
  const repetition = textToRepeat(beginning);
  const { units, offsetOf } = nonblankText(repetition);
  const maxUnits = Math.min(units.length - minAfterPrefill, units.length >> 1);
  return maxUnits <= 0
    ? ''
    : repetition
        .slice(0, offsetOf(maxUnits))
        .replace(/(?<!\S)\S*$/, '')
        .trimEnd();
}

/** The words come first: small models repeat what a request ends with, or stop after it. */
const instructionTo = (end: string): string =>
  `Your answer was cut off by a technical fault after these words:\n\n${end}\n\nGo on exactly where it stops, in the middle of a word or line if need be: begin by repeating these words exactly, with their indentation, and continue from there to the end of the answer. Write nothing before them: no apology, no explanation, no quotation marks, no new code fence.`;

/**
 * The last lines of a text, without blanks at the end: enough of them to occur once, and where a line is long, its last
 * words.
 */
export function textToRepeat(beginning: string): string {
  const whole = sendable(beginning);
  const { units, offsetOf } = nonblankText(whole);
  for (let count = minRepetition; count < Math.min(units.length, maxRepetition); count += 1) {
    const start = offsetOf(units.length - count);
    const before = whole.slice(0, start);
    const indent = /(?:^|\n)([^\S\n]*)$/.exec(before)?.[1];
    const begins = indent !== undefined || (count >= minOfLongLine && /\s$/.test(before));
    if (!begins || !isOnlyEndOf(units, units.slice(-count))) continue;
    return whole.slice(start - (indent?.length ?? 0));
  }
  return whole.slice(offsetOf(Math.max(0, units.length - maxRepetition)));
}

/** No service accepts half a character, and some reject blanks at the end. */
const sendable = (text: string): string => text.replace(/[\uD800-\uDBFF]$/, '').trimEnd();
