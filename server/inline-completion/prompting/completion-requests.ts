/** Builds the engine's request for each completion mode, and cleans up what the model's family adds to the text. */
import type { EngineRequest } from '../../../shared/chat.ts';
import type { OutputFormat } from '../generator.ts';
import { buildChatPrompt, buildPrefilledPrompt, codeFence } from './chat-prompt.ts';
import { type CodeModelFamily, codeModelFamilyOf } from './code-model-families.ts';
import type { CompletionMode } from './completion-modes.ts';
import type { FimTarget } from './fim-target.ts';
import { codestralPrefix, containsTemplateToken } from './fim-templates.ts';
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
  /** The text without what does not belong to the completion. */
  cleanText(text: AsyncIterable<string>): AsyncIterable<string>;
};

/**
 * @param kind of the engine
 * @returns `undefined`: the mode cannot express this target
 */
export function buildModeRequest(
  mode: CompletionMode,
  model: string,
  kind: string,
  target: FimTarget,
): ModeRequest | undefined {
  const family = codeModelFamilyOf(model);
  // Greedy sampling: the same target gets the same text.
  const { urgency = 'typing', temperature = 0 } = target;
  switch (mode) {
    case 'fill':
      return {
        format: 'fill',
        request: {
          ...limitsOf(target, target.stop),
          temperature,
          urgency,
          ...nativeFillFields(kind, target),
        },
        cleanText: (text) => cleanFimText(text, family, target),
      };
    case 'template': {
      const { template } = family;
      if (!template || containsTemplateToken(template, target)) return undefined;
      // The family's tokens come first: some services accept only a few stop texts.
      const stop = [...template.stop, ...target.stop];
      const prompt = template.format(target);
      return {
        format: 'fill',
        request: { ...limitsOf(target, stop), temperature, urgency, prompt },
        cleanText: (text) => cleanFimText(untilStopText(text, stop), family, target),
      };
    }
    case 'prefill': {
      const { messages, omittedWhitespace = '' } = buildPrefilledPrompt(target, family.noThinkSuffix);
      return {
        format: 'chat',
        request: { messages, ...chatLimits(target), temperature, urgency },
        // A model may start again in spite of the prefill.
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
        request: {
          ...buildChatPrompt(target, family.noThinkSuffix),
          ...chatLimits(target),
          temperature,
          urgency,
        },
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

/** Tokens for a fence and a repeated line. */
const chatOverheadTokens = 32;
const chatLimits = ({ maxTokens }: FimTarget) =>
  ({
    maxOutputTokens: maxTokens + chatOverheadTokens,
    reasoning: { effort: 'none' },
    mayBeEmpty: true,
  }) as const;

/** Most services' own endpoints accept no snippets: they become a comment above the prefix. */
function nativeFillFields(kind: string, target: FimTarget) {
  const { prefix, suffix, snippets, languageId } = target;
  if (kind === 'llama-cpp') return { prefix, suffix, ...(snippets.length > 0 ? { snippets } : {}) };
  if (kind === 'mistral') return { prefix: codestralPrefix(target), suffix };
  return { prefix: formatSnippetsAsComment(snippets, languageId) + prefix, suffix };
}

/** Characters of the shortest line that counts as repeated; a bracket or two may be new. */
const minEchoLength = 4;

function cleanFimText(
  text: AsyncIterable<string>,
  family: Omit<CodeModelFamily, 'namePattern'>,
  { prefix }: FimTarget,
): AsyncIterable<string> {
  const line = prefix.slice(prefix.lastIndexOf('\n') + 1);
  if (family.leadingBlank && prefix.endsWith(' ')) return stripLeadingSpace(text);
  return family.echoesLine && line.trim().length >= minEchoLength ? stripRepeatedLine(text, line) : text;
}
