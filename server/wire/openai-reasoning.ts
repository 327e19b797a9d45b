/**
 * The reasoning that led to a tool call, for services that require it back with the call: DeepSeek rejects a
 * conversation without it. It travels as the call's `signature`. https://api-docs.deepseek.com/guides/thinking_mode
 */
import * as z from 'zod';
import type { ToolCall } from '../../shared/content.ts';
import { parseJsonObject } from './json-object.ts';
import { unsealSignature } from './signatures.ts';

export const sealReasoning = (reasoning: string): string => JSON.stringify({ reasoning_content: reasoning });

/** The reasoning before these calls; empty where another service made them. */
export function unsealReasoning(calls: readonly ToolCall[]): string {
  return calls.map(({ signature }) => reasoningOf(signature)).join('');
}

const Sealed = z.object({ reasoning_content: z.string() });

function reasoningOf(signature: string | undefined): string {
  const payload = unsealSignature('openai-chat', signature);
  if (payload === undefined) return '';
  return Sealed.safeParse(parseJsonObject(payload)).data?.reasoning_content ?? '';
}
