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
import { textToolCalls } from './text-tool-calls.ts';
import type { StreamDecoder } from './wire-format.ts';

/** The same answer without the tokens of its model's chat template; reasoning in the text becomes `reasoning-delta`. */
export function withoutTemplateTokens(
  decoder: StreamDecoder,
  { messages, tools = [] }: Pick<CompletionRequest, 'messages' | 'tools'>,
): StreamDecoder {
  const last = messages.at(-1);
  const toolNames = new Set(tools.map(({ name }) => name));
  const isMentioned = (token: string): boolean =>
    messages.some((message) => message.role !== 'assistant' && textOf(message).includes(token));
  const filter = new TemplateFilter(isMentioned, {
    beginning: last?.role === 'assistant' ? textOf(last) : '',
    tools: toolNames,
  });
  const calls = textToolCalls(toolNames, isMentioned);
  const separate = (parts: readonly EnginePart[]): readonly EnginePart[] => {
    if (parts.length === 0) return parts;
    const only = parts[0];
    if (parts.length === 1 && only?.type === 'text-delta' && filter.passes(only.text))
      return calls.passes(only.text) ? parts : calls.push(only.text);
    return parts.flatMap((part) => {
      switch (part.type) {
        case 'text-delta':
          return filter.push(part.text).flatMap(withCalls);
        case 'finish': {
          const isCut = part.reason === 'length';
          const rest = filter.end({ isCut, hasCalls: part.reason === 'tool-calls' }).flatMap(withCalls);
          return [...rest, ...calls.end(isCut), withToolReason(part)];
        }
        case 'reasoning-delta':
          return [...filter.noteReasoning().flatMap(withCalls), part];
        default:
          return [part];
      }
    });
  };
  const withCalls = (part: EnginePart): readonly EnginePart[] =>
    part.type !== 'text-delta' || calls.passes(part.text) ? [part] : calls.push(part.text);
  /** A service that did not read the call reports the end of a text. */
  const withToolReason = (part: Extract<EnginePart, { type: 'finish' }>): EnginePart =>
    (filter.hasToolCalls || calls.hasCalls()) && part.reason === 'stop'
      ? { ...part, reason: 'tool-calls' }
      : part;
  return {
    mayEnd: () => decoder.mayEnd(),
    reportedUsage: () => decoder.reportedUsage?.(),
    read: (event) => separate(decoder.read(event)),
    end: () => separate(decoder.end()),
  };
}
