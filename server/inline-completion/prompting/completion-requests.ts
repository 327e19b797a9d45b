/** A gap as what an engine is asked, each way; and what the family of the model makes of its answer. */
import type { EngineRequest } from '../../../shared/chat.ts';
import type { OutputFormat } from '../generator.ts';
import { begunQuestion, fence, holeQuestion } from './chat-prompt.ts';
import type { Way } from './completion-modes.ts';
import { asComment } from './file-comment.ts';
import type { FimTarget } from './fim-target.ts';
import { codestralPrefix, holdsWords } from './fim-templates.ts';
import { type Family, familyOf } from './model-families.ts';
import { upTo, withoutBlanks, withoutLeadingBlank, withoutLine, withoutOpening } from './text-streams.ts';

export type Asking = {
  readonly manner: OutputFormat;
  readonly request: EngineRequest;
  /** The answer without what is no part of it. */
  mend(text: AsyncIterable<string>): AsyncIterable<string>;
};

/**
 * @param kind of the engine
 * @returns `undefined`: this gap cannot be asked about this way
 */
export function askingFor(way: Way, model: string, kind: string, gap: FimTarget): Asking | undefined {
  const family = familyOf(model);
  // The likeliest words: the same gap gets the same text.
  const { urgency = 'typing', temperature = 0 } = gap;
  switch (way) {
    case 'fill':
      return {
        manner: 'fill',
        request: { ...limitsOf(gap, gap.stop), temperature, urgency, ...ownFill(kind, gap) },
        mend: (text) => mended(text, family, gap),
      };
    case 'template': {
      const { template } = family;
      if (!template || holdsWords(template, gap)) return undefined;
      // The family's words come first: some services take a few stops only.
      const stop = [...template.stop, ...gap.stop];
      const prompt = template.write(gap);
      return {
        manner: 'fill',
        request: { ...limitsOf(gap, stop), temperature, urgency, prompt },
        mend: (text) => mended(upTo(text, stop), family, gap),
      };
    }
    case 'prefill': {
      const { messages, blanks = '' } = begunQuestion(gap, family.unthinking);
      return {
        manner: 'chat',
        request: { messages, ...chatLimits(gap), temperature, urgency },
        // A model may begin anew all the same.
        mend: (text) => withoutBlanks(upTo(withoutOpening(text, fence), [fence]), blanks),
      };
    }
    case 'chat':
      return {
        manner: 'chat',
        request: { ...holeQuestion(gap, family.unthinking), ...chatLimits(gap), temperature, urgency },
        mend: (text) => text,
      };
  }
}

const limitsOf = ({ maxTokens, slot, budgetMs }: FimTarget, stop: readonly string[]) => ({
  maxOutputTokens: maxTokens,
  ...(stop.length > 0 ? { stop } : {}),
  ...(slot === undefined ? {} : { slot }),
  ...(budgetMs === undefined ? {} : { budgetMs }),
});

/** Tokens for a fence, and for a line that is said again. */
const aroundAnswer = 32;
const chatLimits = ({ maxTokens }: FimTarget) =>
  ({ maxOutputTokens: maxTokens + aroundAnswer, thinking: 'off', mayBeEmpty: true }) as const;

/** Other files as they go into a service's own fill in the middle; most take none, and find them above the prefix. */
function ownFill(kind: string, gap: FimTarget) {
  const { prefix, suffix, extra, languageId } = gap;
  if (kind === 'llama-cpp') return { prefix, suffix, ...(extra.length > 0 ? { extra } : {}) };
  if (kind === 'mistral') return { prefix: codestralPrefix(gap), suffix };
  return { prefix: asComment(extra, languageId) + prefix, suffix };
}

/** Shortest line that is taken for said again; of a bracket or two nobody knows. */
const leastLine = 4;

function mended(
  text: AsyncIterable<string>,
  family: Omit<Family, 'names'>,
  { prefix }: FimTarget,
): AsyncIterable<string> {
  const line = prefix.slice(prefix.lastIndexOf('\n') + 1);
  if (family.leadingBlank && prefix.endsWith(' ')) return withoutLeadingBlank(text);
  return family.echoesLine && line.trim().length >= leastLine ? withoutLine(text, line) : text;
}
