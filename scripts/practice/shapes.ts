/** How llama-server frames an answer on each of its doors. */

export interface Answer {
  id: string;
  created: number;
  model: string;
  text: string;
  promptTokens: number;
  cachedTokens: number;
  tokens: number;
  finishReason: 'stop' | 'length';
}

/** Events are `data:` lines; a string is sent as it is. */
export interface Shape {
  first(answer: Answer): readonly object[];
  part(answer: Answer, text: string): object;
  last(answer: Answer, withUsage: boolean): readonly (object | string)[];
  whole(answer: Answer): object;
}

const usage = ({ promptTokens, cachedTokens, tokens }: Answer) => ({
  completion_tokens: tokens,
  prompt_tokens: promptTokens,
  total_tokens: promptTokens + tokens,
  prompt_tokens_details: { cached_tokens: cachedTokens },
});

const head = ({ id, created, model }: Answer, object: string) => ({
  id,
  created,
  model,
  object,
  system_fingerprint: 'practice',
});

const chatChunk = (answer: Answer, delta: object, finishReason: string | null) => ({
  choices: [{ finish_reason: finishReason, index: 0, delta }],
  ...head(answer, 'chat.completion.chunk'),
});

const chat: Shape = {
  first: (answer) => [chatChunk(answer, { role: 'assistant', content: null }, null)],
  part: (answer, content) => chatChunk(answer, { content }, null),
  last: (answer, withUsage) => [
    chatChunk(answer, {}, answer.finishReason),
    ...(withUsage ? [{ choices: [], ...head(answer, 'chat.completion.chunk'), usage: usage(answer) }] : []),
    '[DONE]',
  ],
  whole: (answer) => ({
    choices: [
      {
        finish_reason: answer.finishReason,
        index: 0,
        message: { role: 'assistant', content: answer.text },
      },
    ],
    ...head(answer, 'chat.completion'),
    usage: usage(answer),
  }),
};

const textChunk = (answer: Answer, text: string, finishReason: string | null) => ({
  choices: [{ text, index: 0, logprobs: null, finish_reason: finishReason }],
  ...head(answer, 'text_completion'),
});

const completion: Shape = {
  first: () => [],
  part: (answer, text) => textChunk(answer, text, null),
  last: (answer) => [{ ...textChunk(answer, '', answer.finishReason), usage: usage(answer) }, '[DONE]'],
  whole: (answer) => ({ ...textChunk(answer, answer.text, answer.finishReason), usage: usage(answer) }),
};

/** llama-server's own framing: no `[DONE]`, the last event has everything. */
const nativeEnd = (answer: Answer, content: string) => ({
  index: 0,
  content,
  id_slot: 0,
  stop: true,
  model: answer.model,
  tokens_predicted: answer.tokens,
  tokens_evaluated: answer.promptTokens,
  tokens_cached: answer.cachedTokens,
  truncated: false,
  stop_type: answer.finishReason === 'stop' ? 'eos' : 'limit',
});

const native: Shape = {
  first: () => [],
  part: (answer, content) => ({
    index: 0,
    content,
    stop: false,
    id_slot: 0,
    tokens_predicted: answer.tokens,
    tokens_evaluated: answer.promptTokens,
  }),
  last: (answer) => [nativeEnd(answer, '')],
  whole: (answer) => nativeEnd(answer, answer.text),
};

export const shapes: Readonly<Record<string, Shape>> = {
  'POST /v1/chat/completions': chat,
  'POST /v1/completions': completion,
  'POST /completion': native,
  'POST /infill': native,
};
