/**
 * Signatures of answers with tool calls, by the calls: a client that leaves out what only the service can read gets it back
 * in the next turn. In memory only: thoughts hold the user's text.
 */
import { LRUCache } from 'lru-cache';
import type { Message } from '../../shared/chat.ts';
import type { AssistantPart, ToolCall } from '../../shared/content.ts';
import { assistantParts } from '../../shared/message-parts.ts';
import type { AskResult } from '../../shared/protocol.ts';

type ReasoningPart = Extract<AssistantPart, { type: 'reasoning' }>;

/** What preceded a call since the call before it, and the signature of the call itself. */
type KeptCall = { readonly thoughts: readonly ReasoningPart[]; readonly signature?: string };

/** Calls, and characters of all of them together. */
const maxCalls = 2_000;
const maxCharacters = 8_000_000;

export function keptSignatures() {
  const calls = new LRUCache<string, KeptCall>({
    max: maxCalls,
    maxSize: maxCharacters,
    sizeCalculation: ({ thoughts, signature = '' }) =>
      thoughts.reduce(
        (sum, each) => sum + each.text.length + (each.signature?.length ?? 0),
        1 + signature.length,
      ),
  });
  return {
    /** Keeps what the next turn may lack of this answer. */
    keep({ content, toolCalls = [] }: Pick<AskResult, 'content' | 'toolCalls'>): void {
      if (toolCalls.length === 0) return;
      let thoughts: ReasoningPart[] = [];
      for (const part of content ?? assistantParts({ role: 'assistant', content: '', toolCalls })) {
        if (part.type === 'reasoning' && part.signature !== undefined) thoughts.push(part);
        if (part.type !== 'tool-call') continue;
        const { signature } = part;
        if (thoughts.length > 0 || signature !== undefined)
          calls.set(keyOf(part), { thoughts, ...(signature === undefined ? {} : { signature }) });
        thoughts = [];
      }
    },
    /** The conversation with what its answers lack; itself where they lack nothing. */
    restore(messages: readonly Message[]): readonly Message[] {
      if (calls.size === 0) return messages;
      let isChanged = false;
      const restored = messages.map((message) => {
        const whole =
          message.role === 'assistant' ? restoreAnswer(message, (call) => calls.get(keyOf(call))) : message;
        isChanged ||= whole !== message;
        return whole;
      });
      return isChanged ? restored : messages;
    },
  };
}

export type KeptSignatures = ReturnType<typeof keptSignatures>;

type Answer = Extract<Message, { role: 'assistant' }>;

function restoreAnswer(message: Answer, find: (call: ToolCall) => KeptCall | undefined): Answer {
  const parts = assistantParts(message);
  if (parts.some((part) => 'signature' in part && part.signature !== undefined)) return message;
  const restored: AssistantPart[] = [];
  /** Thoughts precede the text before the call, too. */
  let start = 0;
  let isChanged = false;
  for (const part of parts) {
    if (part.type !== 'tool-call') {
      restored.push(part);
      continue;
    }
    const entry = find(part);
    restored.splice(start, 0, ...(entry?.thoughts ?? []));
    restored.push(entry?.signature === undefined ? part : { ...part, signature: entry.signature });
    isChanged ||= entry !== undefined;
    start = restored.length;
  }
  return isChanged ? { role: 'assistant', content: restored.filter(isNoUnsignedThought) } : message;
}

/** A client may send thoughts without their signatures: the signed ones are the same. */
const isNoUnsignedThought = (part: AssistantPart): boolean =>
  part.type !== 'reasoning' || part.signature !== undefined;

/** Some services count their calls from 0 in each answer, so the id alone may be that of another conversation. */
const keyOf = ({ id, name, input }: ToolCall): string => JSON.stringify([id, name, canonical(input)]);

/** Clients write the arguments anew. */
function canonical(input: string): string {
  try {
    return JSON.stringify(JSON.parse(input));
  } catch {
    return input;
  }
}
