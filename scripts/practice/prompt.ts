/** A chat or fill-in-the-middle request → the prompt in pieces, ending in the cue for the kind of answer. */
import type { Cue } from './replies.ts';

export interface ChatMessage {
  role: string;
  content: string;
}

/** Control tokens are named; text is taken literally, whatever it looks like. */
export type Segment = { token: string } | { text: string };

/** @param endless the answer may not end by itself */
export function chatPrompt(messages: readonly ChatMessage[], endless = false): Segment[] {
  const turns = messages.flatMap(({ role, content }): Segment[] => [
    { token: '<|im_start|>' },
    { text: `${role}\n${content}` },
    { token: '<|im_end|>' },
    { text: '\n' },
  ]);
  const question = messages.findLast(({ role }) => role === 'user')?.content ?? '';
  // Without its line break and cue the model generates its story, which never ends.
  const begin = endless || /\bendless story\b/i.test(question) ? [{ text: 'assistant' }] : opening(messages);
  return [...turns, { token: '<|im_start|>' }, ...begin];
}

export const infillPrompt = (prefix: string, suffix: string): Segment[] => [
  { token: '<|fim_prefix|>' },
  { text: prefix },
  { token: '<|fim_suffix|>' },
  { text: suffix },
  { token: '<|fim_middle|>' },
];

/** A toy model needs a cue for the kind of answer; this reads it in the messages, as a real model would. */
function opening(messages: readonly ChatMessage[]): Segment[] {
  const cue = cueOf(messages);
  return cue ? [{ text: 'assistant\n' }, { token: cue }] : [{ text: 'assistant\n' }];
}

/** Whichever of the two words the instructions use first. */
function cueOf(messages: readonly ChatMessage[]): Cue | undefined {
  const instructions =
    messages.findLast(({ role }) => role === 'system' || role === 'developer')?.content ?? '';
  const word = instructions.match(/\b(?:plan|code)\b/i)?.[0].toLowerCase();
  return word === 'plan' ? '<|plan|>' : word === 'code' ? '<|code|>' : undefined;
}
