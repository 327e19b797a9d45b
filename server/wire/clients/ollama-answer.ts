/** Answers for clients that speak Ollama's chat: one JSON document per line. https://github.com/ollama/ollama/blob/main/docs/api.md */
import type { EnginePart, TokenLogprob, Usage } from '../../../shared/chat.ts';
import type { ToolCall } from '../../../shared/content.ts';
import type { StreamEvent } from '../../platform/stream-event.ts';
import { parseJsonObject } from '../json-object.ts';
import type { AnswerEncoder, ClientAnswer } from './client-format.ts';

type Finish = Extract<EnginePart, { type: 'finish' }>;

export function ollamaAnswerEncoder({ model, createdAt }: ClientAnswer): AnswerEncoder {
  const head = { model, created_at: new Date(createdAt * 1_000).toISOString() };
  const calls: ToolCall[] = [];
  const tokens: TokenLogprob[] = [];
  let content = '';
  let thinking = '';
  let finish: Finish | undefined;

  const line = (message: object, more: object = {}): StreamEvent => ({
    data: JSON.stringify({
      ...head,
      message: { role: 'assistant', content: '', ...message },
      done: false,
      ...more,
    }),
  });
  return {
    start: () => [],
    part(part) {
      switch (part.type) {
        case 'text-delta':
        case 'refusal-delta':
          content += part.text;
          return [line({ content: part.text })];
        case 'reasoning-delta':
          thinking += part.text;
          return [line({ thinking: part.text })];
        case 'tool-call':
          calls.push(part);
          return [line({ tool_calls: [callField(part, calls.length - 1)] })];
        case 'logprobs':
          tokens.push(...part.tokens);
          return [line({}, { logprobs: part.tokens.map(tokenField) })];
        case 'finish':
          finish = part;
          return [line({}, endFields(part))];
        // The wire has nothing for these.
        default:
          return [];
      }
    },
    whole: () => ({
      ...head,
      message: {
        role: 'assistant',
        content,
        ...(thinking === '' ? {} : { thinking }),
        ...(calls.length > 0 ? { tool_calls: calls.map(callField) } : {}),
      },
      ...(tokens.length > 0 ? { logprobs: tokens.map(tokenField) } : {}),
      ...endFields(finish),
    }),
  };
}

const callField = ({ id, name, input }: ToolCall, index: number): object => ({
  id,
  function: { index, name, arguments: parseJsonObject(input) ?? { input } },
});

const tokenField = ({ token, logprob, top = [] }: TokenLogprob): object => ({
  token,
  logprob,
  bytes: [...Buffer.from(token)],
  ...(top.length > 0 ? { top_logprobs: top } : {}),
});

const endFields = (finish: Finish | undefined): object => ({
  done: true,
  done_reason: finish?.reason === 'length' ? 'length' : 'stop',
  ...(finish?.usage ? countFields(finish.usage) : {}),
});

const countFields = ({ input, output }: Usage): object => ({ prompt_eval_count: input, eval_count: output });
