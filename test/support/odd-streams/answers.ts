/** One answer in each wire format, with what services do to it that a reader must not mind. */
import { anthropicMessages } from '../../../server/wire/anthropic-messages.ts';
import { geminiGenerateContent } from '../../../server/wire/gemini-generate-content.ts';
import { llamaInfill } from '../../../server/wire/llama-infill.ts';
import { ollamaChat } from '../../../server/wire/ollama-chat.ts';
import { openaiChat } from '../../../server/wire/openai-chat.ts';
import { openaiFill } from '../../../server/wire/openai-fim.ts';
import { openaiResponses } from '../../../server/wire/openai-responses.ts';
import type { StreamFormat } from '../../../server/wire/wire-format.ts';

export type Answer = {
  readonly thoughts: readonly string[];
  readonly words: readonly string[];
  readonly input: number;
  readonly output: number;
};

/** What a service does to each event or between events; each wire has some of them. */
export type Oddities = {
  /** The finish reason is in every event, not only in the last. */
  readonly finishThroughout: boolean;
  /** Usage so far is in every event. */
  readonly usageThroughout: boolean;
  /** Words for “no reason yet”, and empty errors, are in the events before the end. */
  readonly placeholders: boolean;
  /** Events without content, of known and of unknown types, are between the others. */
  readonly idleEvents: boolean;
  /** The text comes as a whole, where the wire has a place for it. */
  readonly wholeText: boolean;
  /** The wire's own end marker, or one that a proxy adds. */
  readonly marker: 'none' | 'own' | 'added';
};

export const noOddities: Oddities = {
  finishThroughout: false,
  usageThroughout: false,
  placeholders: false,
  idleEvents: false,
  wholeText: false,
  marker: 'own',
};

export type OddEvent = { readonly name?: string; readonly data: string };

export type OddWire = {
  readonly name: string;
  readonly format: Pick<StreamFormat<never>, 'framing' | 'decoder'>;
  /** Without reasoning: the wire has none. */
  readonly thinks: boolean;
  /** The frames of this wire may be JSON documents without a name. */
  readonly namesEvents: boolean;
  events(answer: Answer, oddities: Oddities): readonly OddEvent[];
};

const event = (value: object, name?: string): OddEvent => ({
  data: JSON.stringify(value),
  ...(name === undefined ? {} : { name }),
});
const added: OddEvent = { data: '[DONE]' };
/** The output's tokens after so many of the pieces. */
const so = (answer: Answer, at: number): number =>
  Math.ceil((answer.output * (at + 1)) / (answer.words.length + answer.thoughts.length + 1));
const idle = ({ idleEvents }: Oddities, ...events: readonly OddEvent[]): readonly OddEvent[] =>
  idleEvents ? events : [];

/** @param text the place of a piece of text; Chat Completions and text completions differ in it */
function chunkEvents(
  answer: Answer,
  odd: Oddities,
  text: (piece: string) => object,
  whole: (all: string) => object,
): readonly OddEvent[] {
  const usage = (output: number) => ({
    usage: { prompt_tokens: answer.input, completion_tokens: output, total_tokens: answer.input + output },
  });
  const reason = odd.finishThroughout ? 'stop' : odd.placeholders ? 'null' : null;
  const pieces = [
    ...answer.thoughts.map((thought) => ({ delta: { reasoning_content: thought } })),
    ...(odd.wholeText ? [whole(answer.words.join(''))] : answer.words.map(text)),
  ];
  const chunk = (choice: object, more: object = {}): OddEvent =>
    event({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, ...choice }], ...more });
  return [
    ...idle(odd, event({ id: 'c', choices: [] }), { data: 'ping' }),
    ...pieces.flatMap((piece, at) => [
      chunk(
        { ...piece, finish_reason: reason },
        {
          ...(odd.usageThroughout ? usage(so(answer, at)) : {}),
          ...(odd.placeholders ? { error: { code: 0, message: '' }, usage: null } : {}),
        },
      ),
      ...idle(odd, event({ id: 'c', choices: [], prompt_filter_results: [] }), { name: 'ping', data: '{}' }),
    ]),
    chunk({ delta: {}, finish_reason: 'stop' }),
    event({ id: 'c', choices: [], ...usage(answer.output) }),
    ...(odd.marker === 'none' ? [] : [added]),
  ];
}

const chat: OddWire = {
  name: 'Chat Completions',
  format: openaiChat().chat('m'),
  thinks: true,
  namesEvents: false,
  events: (answer, odd) =>
    chunkEvents(
      answer,
      odd,
      (content) => ({ delta: { content } }),
      (content) => ({ message: { role: 'assistant', content } }),
    ),
};

const fill: OddWire = {
  name: 'text completions',
  format: openaiFill('/completions'),
  thinks: false,
  namesEvents: false,
  events: (answer, odd) =>
    chunkEvents(
      answer,
      odd,
      (text) => ({ text }),
      (text) => ({ text }),
    ),
};

const responses: OddWire = {
  name: 'Responses',
  format: openaiResponses,
  thinks: true,
  namesEvents: true,
  events(answer, odd) {
    const send = (type: string, more: object): OddEvent => event({ type, ...more }, type);
    const message = {
      type: 'message',
      id: 'm',
      content: [{ type: 'output_text', text: answer.words.join('') }],
    };
    return [
      send('response.created', {
        response: { id: 'r', status: 'in_progress', error: odd.placeholders ? {} : null },
      }),
      ...answer.thoughts.map((delta) => send('response.reasoning_text.delta', { item_id: 't', delta })),
      ...idle(odd, send('response.new_thing.delta', { delta: 'no' }), send('response.in_progress', {})),
      ...(odd.wholeText
        ? []
        : answer.words.map((delta) =>
            send('response.output_text.delta', { item_id: 'm', output_index: 0, delta }),
          )),
      send('response.output_item.done', { output_index: 0, item: message }),
      send('response.completed', {
        response: {
          status: 'completed',
          output: odd.placeholders ? [] : [message],
          usage: { input_tokens: answer.input, output_tokens: answer.output },
        },
      }),
      ...(odd.marker === 'added' ? [added] : []),
    ];
  },
};

const anthropic: OddWire = {
  name: 'Messages',
  format: anthropicMessages.chat('m'),
  thinks: true,
  namesEvents: true,
  events(answer, odd) {
    const send = (type: string, more: object): OddEvent => event({ type, ...more }, type);
    const block = (index: number, start: object, deltas: readonly object[]): readonly OddEvent[] => [
      send('content_block_start', { index, content_block: start }),
      ...deltas.flatMap((delta) => [
        send('content_block_delta', { index, delta }),
        ...idle(odd, send('ping', {}), send('new_thing', { delta: { text: 'no' } })),
        ...(odd.usageThroughout ? [send('message_delta', { delta: {}, usage: { output_tokens: 1 } })] : []),
        ...(odd.finishThroughout ? [send('message_delta', { delta: { stop_reason: 'end_turn' } })] : []),
      ]),
      send('content_block_stop', { index }),
    ];
    const first = answer.words[0] ?? '';
    return [
      send('message_start', {
        message: { content: [], stop_reason: null, usage: { input_tokens: answer.input, output_tokens: 0 } },
      }),
      ...(answer.thoughts.length > 0
        ? block(
            0,
            { type: 'thinking', thinking: '' },
            answer.thoughts.map((thinking) => ({ type: 'thinking_delta', thinking })),
          )
        : []),
      ...block(
        1,
        { type: 'text', text: odd.wholeText ? first : '' },
        answer.words.slice(odd.wholeText ? 1 : 0).map((text) => ({ type: 'text_delta', text })),
      ),
      send('message_delta', {
        delta: { stop_reason: 'end_turn', stop_sequence: null },
        usage: { output_tokens: answer.output, ...(odd.placeholders ? { input_tokens: 0 } : {}) },
      }),
      ...(odd.marker === 'own' ? [send('message_stop', {})] : []),
      ...(odd.marker === 'added' ? [added] : []),
    ];
  },
};

const gemini: OddWire = {
  name: 'generateContent',
  format: geminiGenerateContent.chat('m'),
  thinks: true,
  namesEvents: false,
  events(answer, odd) {
    const usage = (output: number) => ({
      usageMetadata: {
        promptTokenCount: answer.input,
        candidatesTokenCount: output,
        totalTokenCount: answer.input + output,
      },
    });
    const reason = odd.finishThroughout ? 'STOP' : odd.placeholders ? 'FINISH_REASON_UNSPECIFIED' : undefined;
    const parts = [
      ...answer.thoughts.map((text) => ({ text, thought: true })),
      ...(odd.wholeText ? [{ text: answer.words.join('') }] : answer.words.map((text) => ({ text }))),
    ];
    const send = (content: readonly object[], finishReason: string | undefined, more: object): OddEvent =>
      event({
        candidates: [{ content: { role: 'model', parts: content }, index: 0, finishReason }],
        ...more,
      });
    return [
      ...idle(odd, event(usage(0))),
      ...parts.map((part, at) => send([part], reason, odd.usageThroughout ? usage(so(answer, at)) : {})),
      send([{ text: '', thoughtSignature: 's' }], 'STOP', usage(answer.output)),
      ...(odd.marker === 'added' ? [added] : []),
    ];
  },
};

const ollama: OddWire = {
  name: 'Ollama',
  format: ollamaChat.chat('m'),
  thinks: true,
  namesEvents: false,
  events(answer, odd) {
    const counts = { prompt_eval_count: answer.input, eval_count: answer.output };
    const words = odd.wholeText ? [answer.words.join('')] : answer.words;
    const send = (message: object, more: object): OddEvent =>
      event({ model: 'm', created_at: 'now', message: { role: 'assistant', ...message }, ...more });
    const open = odd.finishThroughout ? { done: true, done_reason: 'stop' } : { done: false };
    return [
      ...idle(odd, event({ model: 'm', done: false })),
      ...answer.thoughts.map((thinking) => send({ content: '', thinking }, open)),
      ...words.map((content) => send({ content }, { ...open, ...(odd.placeholders ? { error: '' } : {}) })),
      send({ content: '' }, { done: true, done_reason: 'stop', ...counts }),
      ...(odd.marker === 'added' ? [added] : []),
    ];
  },
};

const infill: OddWire = {
  name: 'llama-server’s fill in the middle',
  format: llamaInfill,
  thinks: false,
  namesEvents: false,
  events(answer, odd) {
    const counts = (output: number) => ({ tokens_evaluated: answer.input, tokens_predicted: output });
    const words = odd.wholeText ? [answer.words.join('')] : answer.words;
    return [
      ...words.map((content, at) =>
        event({
          content,
          stop: odd.finishThroughout,
          ...(odd.usageThroughout ? counts(so(answer, at)) : {}),
        }),
      ),
      ...idle(odd, event({ content: '', stop: false })),
      event({ content: '', stop: true, stop_type: 'eos', ...counts(answer.output) }),
      ...(odd.marker === 'added' ? [added] : []),
    ];
  },
};

export const oddWires: readonly OddWire[] = [chat, fill, responses, anthropic, gemini, ollama, infill];
