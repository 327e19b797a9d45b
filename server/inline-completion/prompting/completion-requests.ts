/** A gap as what an engine is asked, each way; and what the family of the model makes of its answer. */
import type { EngineRequest } from '../../../shared/chat.ts';
import type { OutputFormat } from '../generator.ts';
import { buildChatPrompt, buildPrefilledPrompt, codeFence } from './chat-prompt.ts';
import type { CompletionMode } from './completion-modes.ts';
import type { FimTarget } from './fim-target.ts';
import { codestralPrefix, containsTemplateToken } from './fim-templates.ts';
import { type ModelFamily, modelFamilyOf } from './model-families.ts';
import { formatSnippetsAsComment } from './snippet-comment.ts';
import {
  stripLeadingSpace,
  stripOpeningFence,
  stripRepeatedLine,
  stripRepeatedWhitespace,
  untilStopText,
} from './text-streams.ts';

export type ModeRequest = {
  readonly format: OutputFormat;
  readonly request: EngineRequest;
  /** The answer without what is no part of it. */
  cleanText(text: AsyncIterable<string>): AsyncIterable<string>;
};

/**
 * @param kind of the engine
 * @returns `undefined`: this gap cannot be asked about this way
 */
export function buildModeRequest(
  way: CompletionMode,
  model: string,
  kind: string,
  gap: FimTarget,
): ModeRequest | undefined {
  const family = modelFamilyOf(model);
  // The likeliest words: the same gap gets the same text.
  const { urgency = 'typing', temperature = 0 } = gap;
  switch (way) {
    case 'fill':
      return {
        format: 'fill',
        request: { ...limitsOf(gap, gap.stop), temperature, urgency, ...nativeFillFields(kind, gap) },
        cleanText: (text) => cleanFimText(text, family, gap),
      };
    case 'template': {
      const { template } = family;
      if (!template || containsTemplateToken(template, gap)) return undefined;
      // The family's words come first: some services take a few stops only.
      const stop = [...template.stop, ...gap.stop];
      const prompt = template.format(gap);
      return {
        format: 'fill',
        request: { ...limitsOf(gap, stop), temperature, urgency, prompt },
        cleanText: (text) => cleanFimText(untilStopText(text, stop), family, gap),
      };
    }
    case 'prefill': {
      const { messages, omittedWhitespace = '' } = buildPrefilledPrompt(gap, family.noThinkSuffix);
      return {
        format: 'chat',
        request: { messages, ...chatLimits(gap), temperature, urgency },
        // A model may begin anew all the same.
        cleanText: (text) =>
          stripRepeatedWhitespace(
            untilStopText(stripOpeningFence(text, codeFence), [codeFence]),
            omittedWhitespace,
          ),
      };
    }
    case 'chat':
      return {
        format: 'chat',
        request: { ...buildChatPrompt(gap, family.noThinkSuffix), ...chatLimits(gap), temperature, urgency },
        cleanText: (text) => text,
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
const chatOverheadTokens = 32;
const chatLimits = ({ maxTokens }: FimTarget) =>
  ({ maxOutputTokens: maxTokens + chatOverheadTokens, thinking: 'off', mayBeEmpty: true }) as const;

/** Other files as they go into a service's own fill in the middle; most take none, and find them above the prefix. */
function nativeFillFields(kind: string, gap: FimTarget) {
  const { prefix, suffix, snippets, languageId } = gap;
  if (kind === 'llama-cpp') return { prefix, suffix, ...(snippets.length > 0 ? { snippets } : {}) };
  if (kind === 'mistral') return { prefix: codestralPrefix(gap), suffix };
  return { prefix: formatSnippetsAsComment(snippets, languageId) + prefix, suffix };
}

/** Shortest line that is taken for said again; of a bracket or two nobody knows. */
const minEchoLength = 4;

function cleanFimText(
  text: AsyncIterable<string>,
  family: Omit<ModelFamily, 'namePattern'>,
  { prefix }: FimTarget,
): AsyncIterable<string> {
  const line = prefix.slice(prefix.lastIndexOf('\n') + 1);
  if (family.leadingBlank && prefix.endsWith(' ')) return stripLeadingSpace(text);
  return family.echoesLine && line.trim().length >= minEchoLength ? stripRepeatedLine(text, line) : text;
}
