/** The range of tokens that one answer may have, in the sentence by which a service refuses another limit. */
import type { ErrorFacts } from './error-body.ts';
import { parseFigure } from './token-figures.ts';

/** Tokens, both ends included. */
export type OutputTokenRange = { readonly min?: number; readonly max?: number };

/** The words for the limit of an answer; a sentence without any is about something else. */
const limitName =
  /max[_ -]?(?:completion[_ -]|output[_ -]|new[_ -]|gen(?:eration)?[_ -]|response[_ -])?_?tokens|max_?tokens|maxOutputTokens|max_length|max_gen_len|tokens_to_generate|num_predict|n_predict|(?:maximum|max|number of) (?:\w+ )?(?:output|completion|generated|new) tokens|maximum (?:number of )?tokens (?:value|you requested)|(?:requested|number of) output tokens|output token (?:limit|count)|completion tokens/i;

/** Sentences about the context: the limit was the rest of it. */
const aboutContext =
  /context (?:length|window|size|limit)|\binputs?`? tokens? (?:\+|and)|prompt (?:tokens|length)|input length|token limit: /i;

const number = String.raw`(\d[\d,_]*\d|\d)`;
const pattern = (text: string): RegExp => new RegExp(text.replaceAll('#', number), 'i');

/** Whether a sentence is about the limit of an answer. */
export const namesOutputLimit = (text: string): boolean => limitName.test(text);

/** Both ends: `[1, 8192]`, `(0, 8192]`, `from 1 (inclusive) to 8193 (exclusive)`, `between 1 and 4096`. */
const ranges: readonly RegExp[] = [
  pattern('([[(]) ?# ?(?:,|-|\\.\\.\\.?|~|\uff0c) ?# ?([\\])])'),
  pattern('(from|between) # ?(?:\\((?:inclusive|exclusive)\\))? ?(?:to|and|-|~) #( \\(exclusive\\))?'),
];

/** The upper end alone. */
const maxima: readonly RegExp[] = [
  pattern('at most #'),
  pattern('(?:less|lower|smaller|fewer) than or equal to `?#'),
  pattern('(?:not|no) (?:greater|more|larger|higher|be greater) than #'),
  pattern('(?:expected (?:a value )?|be |are )?(?:<=|\u2264|=<) ?#'),
  pattern('> #'),
  pattern(
    "(?:cannot|can not|must not|may not|should not|can\u2019t|can't|not) exceed (?:the (?:limit|maximum) (?:of )?)?#",
  ),
  pattern(
    "exceeds? (?:the )?(?:\\w+['\u2019]?s? ){0,4}(?:limit|maximum|max)(?: (?:value|allowed))?(?: of| is|:)? ?\\(?#",
  ),
  pattern('(?:maximum|max|limit|limited)(?: \\w+){0,5}?(?: is| of| to|:|=) ?#'),
  pattern('supports? (?:only )?(?:up to |a maximum of )?#'),
  pattern('up to #'),
  pattern('not less or equal to #'),
];
/** The upper end, which itself is too much. */
const beyond: readonly RegExp[] = [
  pattern('(?:less|lower|smaller|fewer) than #'),
  pattern('< ?#(?! ?tokens? <)'),
];
/** The lower end. */
const minima: readonly RegExp[] = [
  pattern('(?:at least|minimum (?:value|of|is)[^\\d]{0,10}|>=|\u2265|greater than or equal to) ?#'),
];

/**
 * What the refusal states about the limit of an answer. `undefined`: it is about something else, or states nothing that
 * the limit which was sent does not fulfil.
 * @param sent the limit of the request. Absent: it had none
 */
export function outputRange(
  { text, params }: ErrorFacts,
  sent: number | undefined,
): OutputTokenRange | undefined {
  const isNamed = limitName.test(text) || params.some((param) => limitName.test(param));
  if (!isNamed || /not supported with this model\. use|unsupported parameter/i.test(text)) return undefined;
  if (aboutContext.test(text) && !/maximum value for|output limit/i.test(text)) return undefined;
  const { min, max } = statedRange(text, sent);
  if (sent === undefined) return max === undefined ? undefined : { max };
  if (max !== undefined && max < sent && max > 0) return { max };
  if (min !== undefined && min > sent && min <= maxMinimum) return { min };
  const other = onlyOtherFigure(text, sent);
  if (other !== undefined && other < sent) return { max: other };
  // Too large, without a figure.
  return /too (?:large|big|high|many)|exceed|over(?:flow)?|(?<!must be |should be )greater than/i.test(
    text,
  ) &&
    sent > fallbackTokens &&
    max === undefined &&
    min === undefined
    ? { max: fallbackTokens }
    : undefined;
}

/** Tokens; what nearly every model writes. */
const fallbackTokens = 4_096;
/** Tokens; a larger lower end is a mistake. */
const maxMinimum = 1_024;

function statedRange(text: string, sent: number | undefined): OutputTokenRange {
  for (const range of ranges) {
    const [, , from, to, end] = range.exec(text) ?? [];
    const max = parseFigure(to);
    if (max === undefined) continue;
    const min = parseFigure(from);
    return {
      max: end === ')' || end === ' (exclusive)' ? max - 1 : max,
      ...(min === undefined ? {} : { min }),
    };
  }
  const figure = (patterns: readonly RegExp[]): number | undefined =>
    patterns
      .flatMap((each) => [...text.matchAll(new RegExp(each, 'gi'))])
      .flatMap((match) => parseFigure(match[1]) ?? [])
      .find((each) => each !== sent);
  const max = figure(maxima);
  const under = max === undefined ? figure(beyond) : undefined;
  const min = figure(minima);
  return {
    ...(max !== undefined ? { max } : under !== undefined ? { max: under - 1 } : {}),
    ...(min === undefined ? {} : { min }),
  };
}

/** The one figure of at least two digits that is not the limit which was sent. */
function onlyOtherFigure(text: string, sent: number): number | undefined {
  const figures = new Set(
    (text.match(/(?<![\w.-])\d[\d,_]+(?![\w.-]*[a-z])/gi) ?? []).flatMap((each) => parseFigure(each) ?? []),
  );
  figures.delete(sent);
  const [figure, ...others] = figures;
  return others.length === 0 && figure !== undefined && figure >= 16 ? figure : undefined;
}
