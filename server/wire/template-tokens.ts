/**
 * Separates what a chat template left in a streamed text from the answer: reasoning between tags, the channels of
 * gpt-oss, and special tokens. Each delta that contains none of them costs one `indexOf`.
 *
 * What stays as it is:
 * - a token that the conversation itself contains: the user may want a text about it;
 * - a token in a code block or between backquotes; in an open block only an end token at the very end is removed;
 * - a token that is a word of a sentence, and a tag in the middle of a line.
 */
import type { CompletionRequest, EnginePart } from '../../shared/chat.ts';
import { textOf } from '../../shared/message-parts.ts';
import { TemplateFilter } from './template-filter.ts';
import type { StreamDecoder } from './wire-format.ts';

/** The same answer without the tokens of its model's chat template; reasoning in the text becomes `reasoning-delta`. */
export function withoutTemplateTokens(
  decoder: StreamDecoder,
  { messages, tools = [] }: Pick<CompletionRequest, 'messages' | 'tools'>,
): StreamDecoder {
  const last = messages.at(-1);
  const filter = new TemplateFilter(
    (token) => messages.some((message) => message.role !== 'assistant' && textOf(message).includes(token)),
    {
      beginning: last?.role === 'assistant' ? textOf(last) : '',
      tools: new Set(tools.map(({ name }) => name)),
    },
  );
  const separate = (parts: readonly EnginePart[]): readonly EnginePart[] => {
    if (parts.length === 0) return parts;
    const only = parts[0];
    if (parts.length === 1 && only?.type === 'text-delta' && filter.passes(only.text)) return parts;
    return parts.flatMap((part) => {
      switch (part.type) {
        case 'text-delta':
          return filter.push(part.text);
        case 'finish':
          return [
            ...filter.end({ isCut: part.reason === 'length', hasCalls: part.reason === 'tool-calls' }),
            withToolReason(part),
          ];
        case 'reasoning-delta':
          return [...filter.noteReasoning(), part];
        default:
          return [part];
      }
    });
  };
  /** A service that did not read the call reports the end of a text. */
  const withToolReason = (part: Extract<EnginePart, { type: 'finish' }>): EnginePart =>
    filter.hasToolCalls && part.reason === 'stop' ? { ...part, reason: 'tool-calls' } : part;
  return {
    mayEnd: () => decoder.mayEnd(),
    reportedUsage: () => decoder.reportedUsage?.(),
    read: (event) => separate(decoder.read(event)),
    end: () => separate(decoder.end()),
  };
}
