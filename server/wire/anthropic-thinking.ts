/**
 * Anthropic's thinking, which it requires back unchanged with the result of the call that follows. It travels as the
 * signature of a reasoning part, or all of it as the `signature` of the call.
 * https://platform.claude.com/docs/en/build-with-claude/thinking#preserving-thinking-blocks
 */
import * as z from 'zod';
import type { ReasoningPart, ToolCall } from '../../shared/content.ts';
import { sealSignature, unsealSignature } from './signatures.ts';

/** Signed by its `signature`, or wholly encrypted in `data`. */
export type ThinkingBlock =
  | { readonly type: 'thinking'; readonly thinking: string; readonly signature: string }
  | { readonly type: 'redacted_thinking'; readonly data: string };

const Blocks = z.array(
  z.union([
    z.object({ type: z.literal('thinking'), thinking: z.string(), signature: z.string() }),
    z.object({ type: z.literal('redacted_thinking'), data: z.string() }),
  ]),
);

/** Signatures are base64, so that nothing else begins with it. */
const redacted = 'redacted:';

/** The signature of a reasoning part. */
export const sealThinking = (block: ThinkingBlock): string =>
  sealSignature('anthropic', block.type === 'thinking' ? block.signature : redacted + block.data);

/** `undefined`: another service made it, or its text is not signed. */
export function thinkingBlock({ text, signature }: ReasoningPart): ThinkingBlock | undefined {
  const own = unsealSignature('anthropic', signature);
  if (!own) return undefined;
  return own.startsWith(redacted)
    ? { type: 'redacted_thinking', data: own.slice(redacted.length) }
    : { type: 'thinking', thinking: text, signature: own };
}

/** The signature of a call: all the thinking before it. */
export const sealCallThinking = (blocks: readonly ThinkingBlock[]): string => JSON.stringify(blocks);

/** Empty for a call of another service. */
export function callThinking({ signature }: ToolCall): readonly ThinkingBlock[] {
  const blocks = unsealSignature('anthropic', signature);
  if (!blocks?.startsWith('[')) return [];
  try {
    return Blocks.safeParse(JSON.parse(blocks)).data ?? [];
  } catch {
    return [];
  }
}
