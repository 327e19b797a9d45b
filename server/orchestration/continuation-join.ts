/**
 * Finds where the text of a model that continues an answer joins the text before it. The model was asked to repeat the end
 * of that text first (continuation.ts): the repetition shows the place, and which blanks belong there. Pure.
 */
import { isOnlyEndOf, type NonblankText, nonblankText } from './nonblank-text.ts';

export type JoinStep =
  /** More text is needed. */
  | { readonly state: 'open' }
  /** `text` is what to show of everything pushed so far; what comes later is shown as it is. */
  | { readonly state: 'joined'; readonly text: string }
  /** Nothing shows that the text continues the one before, or where. */
  | { readonly state: 'unproven' };

/*
 * Units below are UTF-16 units without blanks.
 */
/** Of a repetition that the text begins with; also enough where it holds the whole text before. */
const minUnits = 8;
const minWholeUnits = 4;
/** Of a repetition after other words, such as an apology. */
const minUnitsAfterLead = 20;
/** A longer end of the text before is not needed to be the only one of its kind. */
const maxTailUnits = 600;
/** Units before a repetition, and until a text without one is judged by itself. */
const maxLeadUnits = 200;
/** As many as this show that a model repeats something from further up. */
const repeatingUnits = 24;
/** Units that are read at most, beyond those of the text before. */
const maxExtraUnits = 1_000;

const open: JoinStep = { state: 'open' };
const unproven: JoinStep = { state: 'unproven' };

export type ContinuationJoin = {
  /** The next piece of the model's text. */
  push(piece: string): JoinStep;
  /** The model's text has ended. One without words adds nothing. */
  end(): JoinStep;
};

/**
 * @param beginning the text that was shown
 * @param prefill the words with which the model's answer was begun, the first of the repetition. Empty: none
 */
export function continuationJoin(beginning: string, prefill = ''): ContinuationJoin {
  if (prefill === '') return joinOf(beginning, withoutRepetition);
  // A model may continue its prefill, or begin the repetition again in spite of it. Other words follow either of them.
  const prefilled = joinOf(beginning, () => unproven);
  prefilled.push(prefill);
  const joins = [joinOf(beginning, () => unproven), prefilled];
  const first = (steps: readonly JoinStep[]): JoinStep =>
    steps.find(({ state }) => state === 'joined') ?? steps.find(({ state }) => state === 'open') ?? unproven;
  return {
    push: (piece) => first(joins.map((join) => join.push(piece))),
    end: () => first(joins.map((join) => join.end())),
  };
}

/** @param judge decides where there is no repetition */
function joinOf(beginning: string, judge: typeof withoutRepetition): ContinuationJoin {
  const before = nonblankText(beginning);
  const tail = uniqueTail(before.units);
  const after = nonblankText();
  let text = '';
  let comparedUnits = 0;
  let endAtStart: number | undefined;

  const step = (isEnd: boolean): JoinStep => {
    endAtStart ??= repetitionAtStart(beginning, before, after.units, comparedUnits);
    comparedUnits = after.units.length;
    const end = endAtStart ?? endAfterLead();
    if (end !== undefined) return joinAfter(end, isEnd);
    if (!isEnd && !isDecided(before.units, after.units)) return open;
    return judge(beginning, before, text, after);
  };

  const endAfterLead = (): number | undefined =>
    tail === undefined ? undefined : repetitionAfterLead(beginning, before, tail, text, after);

  /** The blanks after the repetition are whole when a word follows them. */
  const joinAfter = (end: number, isEnd: boolean): JoinStep => {
    const rest = text.slice(after.offsetOf(end - 1) + 1);
    const blanks = blanksAfter(beginning);
    if (blanks !== '' && rest.trimStart() === '' && !isEnd) return open;
    return { state: 'joined', text: withBlanksOnce(blanks, rest) };
  };

  return {
    push(piece) {
      text += piece;
      after.add(piece);
      return step(false);
    },
    end: () =>
      after.units === '' ? { state: 'joined', text: blanksAfter(beginning) ? '' : text } : step(true),
  };
}

/** Whether a text may be whole as it is: no code is open, and its last line ends as a sentence or an item of a list does. */
export const endsAsWhole = (text: string): boolean =>
  !isInFence(text) && wholeLine.test(text.slice(text.trimEnd().lastIndexOf('\n') + 1).trimEnd());

const wholeLine = /[.!?\u2026\u3002\uFF01\uFF1F)\]}>"'»\u201D`*_|;]$|^\s*(?:[-*+]|\d+[.)])\s/;

const blanksAfter = (text: string): string => text.slice(text.trimEnd().length);

/** The shortest end of the text that occurs once in it. `undefined`: the text repeats itself, or is too short. */
function uniqueTail(units: string): string | undefined {
  for (let length = minUnits; length <= Math.min(units.length, maxTailUnits); length += 1) {
    const end = units.slice(-length);
    if (isOnlyEndOf(units, end)) return end;
  }
  return undefined;
}

/**
 * The text begins with the end of the one before: where that ends, in units.
 * @param compared units of an earlier call that returned `undefined`: no shorter end is looked for again
 */
function repetitionAtStart(
  beginning: string,
  before: NonblankText,
  units: string,
  compared: number,
): number | undefined {
  const all = before.units;
  const longest = Math.min(all.length, units.length);
  for (let length = longest; length >= Math.max(minWholeUnits, compared + 1); length -= 1) {
    const at = all.length - length;
    if (all[at] !== units[0]) continue;
    const end = all.slice(at);
    if (!units.startsWith(end)) continue;
    if (!isOnlyEndOf(all, end)) continue;
    if (at === 0) return end.length;
    if (end.length < minUnits) continue;
    // A part of a word that happens to be the same is shorter than this.
    if (end.length >= 2 * minUnits || beginsWord(beginning, before.offsetOf(at))) return end.length;
  }
  return undefined;
}

const beginsWord = (text: string, at: number): boolean =>
  !/[\p{L}\p{N}_]$/u.test(text.slice(0, at)) || !/^[\p{L}\p{N}_]/u.test(text.slice(at));

/** The repetition follows an apology, a fence or the mark of a list: where it ends, in units. */
function repetitionAfterLead(
  beginning: string,
  { units: all }: NonblankText,
  tail: string,
  text: string,
  { units, offsetOf }: NonblankText,
): number | undefined {
  const at = units.indexOf(tail);
  if (at < 0 || at > maxLeadUnits + all.length) return undefined;
  const end = at + tail.length;
  let length = tail.length;
  while (length < all.length && length < end && units[end - length - 1] === all[all.length - length - 1])
    length += 1;
  if (end - length > maxLeadUnits) return undefined;
  const lead = text.slice(0, offsetOf(end - length));
  // The mark that ends an announcement may stand before the repetition in the first text, too.
  const line = text.slice(0, offsetOf(end - 1)).indexOf('\n', lead.length) + 1;
  return [lead, ...(line > 0 ? [text.slice(0, line)] : [])].some((each) => isLead(each, beginning, length))
    ? end
    : undefined;
}

/** @param length units of the repetition that follows */
const isLead = (lead: string, beginning: string, length: number): boolean =>
  (!lead.includes('```') || isInFence(beginning)) &&
  (onlyMarks.test(lead) || (length >= minUnitsAfterLead && preamble.test(lead)));

/** Fences, with or without a language, and the marks of lists, headings and quotations. */
const onlyMarks = /^\s*(?:`{3,}[^\S\n]*(?:[\w+#.-]+[^\S\n]*)?\n\s*)*(?:(?:[-*+>#|]+|\d+[.)])\s*)?$/;
/** One line that ends as a sentence or an announcement does, and a fence. */
const preamble =
  /^\s*[\p{Lu}\p{Lo}(*_][^\n]{0,160}(?:[:.!\u2026\u3002\uFF1A\uFF01][*_]*\s*\n|[:\uFF1A]\s)\s*(?:`{3,}[^\n`]*\n\s*)?$/u;

/** No repetition can come any more: too much else was written. */
function isDecided(all: string, units: string): boolean {
  if (units.length > all.length + maxExtraUnits) return true;
  return units.length > maxLeadUnits && !all.includes(units.slice(-repeatingUnits));
}

/**
 * What follows without a repetition is a continuation only where it shows by itself: it begins with a blank after a word,
 * or in small letters after a blank, as no answer begins.
 */
function withoutRepetition(
  beginning: string,
  before: NonblankText,
  text: string,
  after: NonblankText,
): JoinStep {
  const blanks = blanksAfter(beginning);
  const lead = text.slice(0, text.length - text.trimStart().length);
  if ((blanks === '') === (lead === '') || sharesWords(beginning, before.units, after.units)) return unproven;
  const first = text.trimStart();
  const continues = isInFence(beginning)
    ? lead.includes('\n') && !/^(?:`{3,}[\w+#.-]|\p{Lu}\p{Ll}*[\s,!'\u2019])/u.test(first)
    : lead === ''
      ? beginsLate.test(first) && !beginsLate.test(beginning.trimStart())
      : !lead.includes('\n') &&
        !/[.!?;{}>`]$/.test(beginning) &&
        !/^(?:[\p{Lu}`#|>*+-]|\d+[.)])/u.test(first);
  return continues ? { state: 'joined', text } : unproven;
}

/** No answer begins with a small letter or with a mark that ends something. */
const beginsLate = /^[\p{Ll},.;:!?)\]}»\u201D]/u;

/** The second text begins as the first begins or ends: it may be a repetition as well as a continuation. */
function sharesWords(beginning: string, all: string, units: string): boolean {
  if (units.startsWith(all.slice(0, minUnits))) return true;
  if (units.length >= minUnits && all.includes(units.slice(0, repeatingUnits))) return true;
  const lastWord = nonblankText(/(?<!\S)\S*$/.exec(beginning.trimEnd())?.[0]).units;
  if (units.startsWith(lastWord)) return true;
  for (let length = 2; length <= Math.min(all.length, maxTailUnits); length += 1)
    if (units.startsWith(all.slice(-length))) return true;
  return false;
}

const isInFence = (text: string): boolean => (text.match(/(?<=^|\n)[^\S\n]*```/g)?.length ?? 0) % 2 === 1;

/**
 * The text without those of its first blanks that were shown. Where the two differ, line breaks and the indentation
 * after them are shown as far as they go beyond what was.
 */
export function withBlanksOnce(shown: string, text: string): string {
  const blanks = /^\s*/.exec(text)?.[0] ?? '';
  const rest = text.slice(blanks.length);
  if (shown === '') return text;
  if (blanks.startsWith(shown)) return blanks.slice(shown.length) + rest;
  const [given = [], wanted = []] = [shown, blanks].map((each) => each.split(/\r?\n|\r/));
  if (wanted.length === 1) return rest;
  const indent = wanted.at(-1) ?? '';
  if (wanted.length > given.length)
    return (blanks.includes('\r\n') ? '\r\n' : '\n').repeat(wanted.length - given.length) + indent + rest;
  const shownIndent = given.at(-1) ?? '';
  return (indent.startsWith(shownIndent) && given.length > 1 ? indent.slice(shownIndent.length) : '') + rest;
}
