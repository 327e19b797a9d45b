/** How llama-server frames an answer on each of its routes. */

export interface PracticeAnswer {
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
export interface ResponseFormat {
  firstEvents(answer: PracticeAnswer): readonly object[];
  deltaEvent(answer: PracticeAnswer, text: string): object;
  lastEvents(answer: PracticeAnswer, withUsage: boolean): readonly (object | string)[];
  body(answer: PracticeAnswer): object;
}

const usage = ({ promptTokens, cachedTokens, tokens }: PracticeAnswer) => ({
  completion_tokens: tokens,
  prompt_tokens: promptTokens,
  total_tokens: promptTokens + tokens,
  prompt_tokens_details: { cached_tokens: cachedTokens },
});

const head = ({ id, created, model }: PracticeAnswer, object: string) => ({
  id,
  created,
  model,
  object,
  system_fingerprint: 'practice',
});

const chatChunk = (answer: PracticeAnswer, delta: object, finishReason: string | null) => ({
  choices: [{ finish_reason: finishReason, index: 0, delta }],
  ...head(answer, 'chat.completion.chunk'),
});

const chat: ResponseFormat = {
  firstEvents: (answer) => [chatChunk(answer, { role: 'assistant', content: null }, null)],
  deltaEvent: (answer, content) => chatChunk(answer, { content }, null),
  lastEvents: (answer, withUsage) => [
    chatChunk(answer, {}, answer.finishReason),
    ...(withUsage ? [{ choices: [], ...head(answer, 'chat.completion.chunk'), usage: usage(answer) }] : []),
    '[DONE]',
  ],
  body: (answer) => ({
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

const textChunk = (answer: PracticeAnswer, text: string, finishReason: string | null) => ({
  choices: [{ text, index: 0, logprobs: null, finish_reason: finishReason }],
  ...head(answer, 'text_completion'),
});

const completion: ResponseFormat = {
  firstEvents: () => [],
  deltaEvent: (answer, text) => textChunk(answer, text, null),
  lastEvents: (answer) => [{ ...textChunk(answer, '', answer.finishReason), usage: usage(answer) }, '[DONE]'],
  body: (answer) => ({ ...textChunk(answer, answer.text, answer.finishReason), usage: usage(answer) }),
};

/** llama-server's own framing: no `[DONE]`, the last event has everything. */
const nativeEnd = (answer: PracticeAnswer, content: string) => ({
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

const native: ResponseFormat = {
  firstEvents: () => [],
  deltaEvent: (answer, content) => ({
    index: 0,
    content,
    stop: false,
    id_slot: 0,
    tokens_predicted: answer.tokens,
    tokens_evaluated: answer.promptTokens,
  }),
  lastEvents: (answer) => [nativeEnd(answer, '')],
  body: (answer) => nativeEnd(answer, answer.text),
};

export const responseFormats: Readonly<Record<string, ResponseFormat>> = {
  'POST /v1/chat/completions': chat,
  'POST /v1/completions': completion,
  'POST /completion': native,
  'POST /infill': native,
};
