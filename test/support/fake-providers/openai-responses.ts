/** OpenAI's Responses, streamed as https://platform.openai.com/docs/api-reference/responses-streaming frames them. */
import type { FakeAnswer, FakeFinish, Framing } from './fake-provider.ts';

type Stream = ReturnType<Framing['stream']>;
type Item = { readonly id: string; readonly type: string; readonly [field: string]: unknown };

/** Items come one after the other: reasoning, then the message, then calls; each is added, filled and done. */
export function responsesStream(model: string): Stream {
  let sequence = 0;
  const event = (type: string, fields: object): string => {
    const data = { type, sequence_number: sequence, ...fields };
    sequence += 1;
    return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
  };
  const output: Item[] = [];
  let open: { readonly kind: 'reasoning' | 'text'; readonly id: string; text: string } | undefined;

  const added = (item: Item): string =>
    event('response.output_item.added', { output_index: output.length, item });
  const done = (item: Item): string => {
    output.push(item);
    return event('response.output_item.done', { output_index: output.length - 1, item });
  };
  const where = (id: string) => ({ item_id: id, output_index: output.length });

  const begin = (kind: 'reasoning' | 'text'): string => {
    const before = close();
    const id = `${kind === 'text' ? 'msg' : 'rs'}_fake`;
    open = { kind, id, text: '' };
    return kind === 'text'
      ? before +
          added(messageItem(id, 'in_progress')) +
          event('response.content_part.added', { ...where(id), content_index: 0, part: outputText('') })
      : before +
          added(reasoningItem(id)) +
          event('response.reasoning_summary_part.added', {
            ...where(id),
            summary_index: 0,
            part: { type: 'summary_text', text: '' },
          });
  };
  const textEvents = (kind: 'reasoning' | 'text', word: string): string => {
    const before = open?.kind === kind ? '' : begin(kind);
    if (!open) return before;
    open.text += word;
    const delta =
      kind === 'text'
        ? event('response.output_text.delta', {
            ...where(open.id),
            content_index: 0,
            delta: word,
            logprobs: [],
          })
        : event('response.reasoning_summary_text.delta', {
            ...where(open.id),
            summary_index: 0,
            delta: word,
          });
    return before + delta;
  };
  const close = (): string => {
    if (!open) return '';
    const { kind, id, text } = open;
    open = undefined;
    if (kind === 'reasoning')
      return (
        event('response.reasoning_summary_text.done', { ...where(id), summary_index: 0, text }) +
        event('response.reasoning_summary_part.done', {
          ...where(id),
          summary_index: 0,
          part: { type: 'summary_text', text },
        }) +
        done(reasoningItem(id, text))
      );
    return (
      event('response.output_text.done', { ...where(id), content_index: 0, text, logprobs: [] }) +
      event('response.content_part.done', { ...where(id), content_index: 0, part: outputText(text) }) +
      done(messageItem(id, 'completed', text))
    );
  };

  return {
    start: () => {
      const response = envelope(model, 'in_progress', []);
      return event('response.created', { response }) + event('response.in_progress', { response });
    },
    reasoning: (word) => textEvents('reasoning', word),
    text: (word) => textEvents('text', word),
    toolCall(call) {
      const before = close();
      const { id } = callItem(call);
      return (
        before +
        added({ ...callItem(call), arguments: '', status: 'in_progress' }) +
        event('response.function_call_arguments.delta', { ...where(id), delta: call.input }) +
        event('response.function_call_arguments.done', {
          ...where(id),
          name: call.name,
          arguments: call.input,
        }) +
        done(callItem(call))
      );
    },
    finish(reason, usage) {
      const before = close();
      const response = { ...envelope(model, statusOf(reason), output), usage: usageOf(usage) };
      return before + event(`response.${response.status}`, { response });
    },
  };
}

/** The same, not streamed. */
export const wholeResponse = (
  model: string,
  { text, reasoning, toolCalls, finish, usage }: FakeAnswer,
): object => ({
  ...envelope(model, statusOf(finish), [
    ...(reasoning ? [reasoningItem('rs_fake', reasoning)] : []),
    ...(text ? [messageItem('msg_fake', 'completed', text)] : []),
    ...toolCalls.map(callItem),
  ]),
  usage: usageOf(usage),
});

const statusOf = (reason: FakeFinish): string => (reason === 'length' ? 'incomplete' : 'completed');

const envelope = (model: string, status: string, output: readonly Item[]) => ({
  id: 'resp_fake',
  object: 'response',
  created_at: 1,
  status,
  error: null,
  incomplete_details: status === 'incomplete' ? { reason: 'max_output_tokens' } : null,
  instructions: null,
  metadata: {},
  model,
  output,
  parallel_tool_calls: true,
  temperature: 1,
  tool_choice: 'auto',
  tools: [],
  top_p: 1,
  store: false,
});

const outputText = (text: string) => ({ type: 'output_text', text, annotations: [], logprobs: [] });

const messageItem = (id: string, status: string, text?: string): Item => ({
  id,
  type: 'message',
  role: 'assistant',
  status,
  content: text === undefined ? [] : [outputText(text)],
});

const reasoningItem = (id: string, text?: string): Item => ({
  id,
  type: 'reasoning',
  summary: text === undefined ? [] : [{ type: 'summary_text', text }],
});

const callItem = ({ id, name, input }: FakeAnswer['toolCalls'][number]): Item => ({
  id: `fc_${id}`,
  type: 'function_call',
  status: 'completed',
  call_id: id,
  name,
  arguments: input,
});

/** Cached tokens are inside the input's, reasoning inside the output's. */
const usageOf = (usage: FakeAnswer['usage']): object => ({
  input_tokens: usage.input,
  input_tokens_details: { cached_tokens: usage.cachedRead },
  output_tokens: usage.output,
  output_tokens_details: { reasoning_tokens: usage.reasoning },
  total_tokens: usage.input + usage.output,
});
