/**
 * Thoughts that led to a tool call, for services that want them back with it: DeepSeek refuses a conversation without
 * them. They travel as the call's `signature`. https://api-docs.deepseek.com/guides/thinking_mode
 */
import * as z from 'zod';
import type { ToolCall } from '../../shared/chat.ts';

export const sealReasoning = (thoughts: string): string => JSON.stringify({ reasoning_content: thoughts });

/** What was thought before these calls; empty where another service made them. */
export function unsealReasoning(calls: readonly ToolCall[]): string {
  return calls.map(({ signature }) => reasoningOf(signature)).join('');
}

const Sealed = z.object({ reasoning_content: z.string() });

function reasoningOf(signature: string | undefined): string {
  if (!signature?.startsWith('{')) return '';
  try {
    return Sealed.safeParse(JSON.parse(signature)).data?.reasoning_content ?? '';
  } catch {
    return '';
  }
}
