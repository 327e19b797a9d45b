/**
 * The thinking before a tool call, which Anthropic requires back unchanged with the call's result; it travels as the
 * call's `signature`. https://platform.claude.com/docs/en/build-with-claude/thinking#preserving-thinking-blocks
 */
import * as z from 'zod';
import { unsealSignature } from './signatures.ts';

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

export const sealThinking = (blocks: readonly ThinkingBlock[]): string => JSON.stringify(blocks);

/** Empty for a signature that another service made. */
export function unsealThinking(signature: string | undefined): readonly ThinkingBlock[] {
  const blocks = unsealSignature('anthropic', signature);
  if (blocks === undefined) return [];
  try {
    return Blocks.safeParse(JSON.parse(blocks)).data ?? [];
  } catch {
    return [];
  }
}
