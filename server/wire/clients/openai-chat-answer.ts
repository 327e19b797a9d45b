/** Answers for clients that speak Chat Completions, streamed and whole. https://platform.openai.com/docs/api-reference/chat-streaming */
import type {
  AlternativeAnswer,
  EnginePart,
  FinishReason,
  TokenLogprob,
  Usage,
} from '../../../shared/chat.ts';
import type { AudioPart, Citation, ImagePart, ToolCall } from '../../../shared/content.ts';
import { endMarker, type StreamEvent } from '../../platform/stream-event.ts';
import { logprobField } from '../openai-annotations.ts';
import { unsealDetails } from '../openai-chat-reasoning-details.ts';
import type { AnswerEncoder, ClientAnswer } from './client-format.ts';

type Finish = Extract<EnginePart, { type: 'finish' }>;

const reasons: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  refusal: 'stop',
  other: 'stop',
};

export function chatAnswerEncoder({ id, model, createdAt, request }: ClientAnswer): AnswerEncoder {
  const head = { id, created: createdAt, model };
  const message = wholeMessage();
  const alternatives: AlternativeAnswer[] = [];
  let callCount = 0;
  let finish: Finish | undefined;

  const chunk = (delta: object, more: object = {}, index = 0): StreamEvent => ({
    data: JSON.stringify({
      ...head,
      object: 'chat.completion.chunk',
      choices: [{ index, delta, finish_reason: null, ...more }],
    }),
  });
  const events = (part: EnginePart): readonly StreamEvent[] => {
    switch (part.type) {
      case 'text-delta':
        return [chunk({ content: part.text })];
      case 'refusal-delta':
        return [chunk({ refusal: part.text })];
      case 'reasoning-delta':
        return [chunk({ reasoning_content: part.text })];
      case 'reasoning-end':
        return detailsField(part.signature).map((delta) => chunk(delta));
      case 'tool-call': {
        callCount += 1;
        return [chunk({ tool_calls: [{ index: callCount - 1, ...callField(part) }] })];
      }
      case 'citation':
        return annotationOf(part.citation).map((annotation) => chunk({ annotations: [annotation] }));
      case 'image':
        return imageField(part).map((image) => chunk({ images: [image] }));
      case 'audio':
        return [chunk({ audio: audioField(part) })];
      case 'logprobs':
        return [chunk({}, { logprobs: { content: part.tokens.map(logprobField), refusal: null } })];
      case 'alternative': {
        const index = alternatives.length;
        const { role: _, ...delta } = alternativeMessage(part);
        const calls = part.toolCalls?.map((call, position) => ({ index: position, ...callField(call) }));
        return [
          chunk({ ...delta, ...(calls ? { tool_calls: calls } : {}) }, logprobsField(part.logprobs), index),
          chunk({}, { finish_reason: reasons[part.reason] }, index),
        ];
      }
      case 'finish':
        return [
          chunk({}, { finish_reason: reasons[part.reason] }),
          ...(request.wantsUsage ? [usageEvent(head, part.usage)] : []),
          { data: endMarker },
        ];
      // No text that has been sent can be taken back.
      case 'text-retraction':
      case 'text-signature':
      case 'hosted':
        return [];
    }
  };

  return {
    start: () => [chunk({ role: 'assistant', content: '' })],
    part(part) {
      message.add(part);
      if (part.type === 'alternative') alternatives.push(part);
      if (part.type === 'finish') finish = part;
      return events(part);
    },
    whole: () => ({
      ...head,
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          message: message.fields(),
          ...message.logprobs(),
          finish_reason: reasons[finish?.reason ?? 'other'],
        },
        ...alternatives.map((each, index) => ({
          index: index + 1,
          message: {
            ...alternativeMessage(each),
            ...(each.toolCalls ? { tool_calls: each.toolCalls.map(callField) } : {}),
          },
          ...logprobsField(each.logprobs),
          finish_reason: reasons[each.reason],
        })),
      ],
      ...(finish?.usage ? { usage: usageFields(finish.usage) } : {}),
    }),
  };
}

/** The message of the whole answer. */
function wholeMessage() {
  let text = '';
  let refusal = '';
  let reasoning = '';
  const calls: object[] = [];
  const annotations: object[] = [];
  const images: object[] = [];
  const tokens: TokenLogprob[] = [];
  let details: object = {};
  let audio: object | undefined;
  return {
    add(part: EnginePart): void {
      if (part.type === 'text-delta') text += part.text;
      else if (part.type === 'refusal-delta') refusal += part.text;
      else if (part.type === 'reasoning-delta') reasoning += part.text;
      else if (part.type === 'reasoning-end') details = { ...details, ...detailsField(part.signature)[0] };
      else if (part.type === 'tool-call') calls.push(callField(part));
      else if (part.type === 'citation') annotations.push(...annotationOf(part.citation));
      else if (part.type === 'image') images.push(...imageField(part));
      else if (part.type === 'audio') audio = audioField(part);
      else if (part.type === 'logprobs') tokens.push(...part.tokens);
      else if (part.type === 'text-retraction') text = '';
    },
    fields: () => ({
      role: 'assistant',
      content: text === '' && (calls.length > 0 || refusal !== '' || audio) ? null : text,
      refusal: refusal === '' ? null : refusal,
      ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
      ...details,
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
      ...(annotations.length > 0 ? { annotations } : {}),
      ...(images.length > 0 ? { images } : {}),
      ...(audio ? { audio } : {}),
    }),
    logprobs: () => logprobsField(tokens),
  };
}

const alternativeMessage = ({ text, toolCalls }: AlternativeAnswer) => ({
  role: 'assistant',
  content: text === '' && toolCalls ? null : text,
});

const callField = ({ id, name, input, isCustom }: ToolCall): object =>
  isCustom
    ? { id, type: 'custom', custom: { name, input } }
    : { id, type: 'function', function: { name, arguments: input } };

/** The pieces of reasoning that a client sends back; signatures of other services are not for it. */
function detailsField(signature: string | undefined): readonly { readonly reasoning_details: unknown }[] {
  const details = unsealDetails(signature);
  return details.length > 0 ? [{ reasoning_details: details }] : [];
}

function annotationOf({ url, title, quote, start, end }: Citation): readonly object[] {
  if (url === undefined) return [];
  return [
    {
      type: 'url_citation',
      url_citation: {
        url,
        title: title ?? url,
        ...(quote === undefined ? {} : { content: quote }),
        start_index: start ?? 0,
        end_index: end ?? 0,
      },
    },
  ];
}

const imageField = (part: ImagePart): readonly object[] => {
  const url =
    'data' in part ? `data:${part.mediaType};base64,${part.data}` : 'url' in part ? part.url : undefined;
  return url === undefined ? [] : [{ type: 'image_url', image_url: { url } }];
};

const audioField = (part: AudioPart): object => ({
  id: 'fileId' in part ? part.fileId : 'audio_0',
  ...('data' in part ? { data: part.data } : {}),
  transcript: part.transcript ?? '',
});

const logprobsField = (tokens: readonly TokenLogprob[] = []): object =>
  tokens.length > 0 ? { logprobs: { content: tokens.map(logprobField), refusal: null } } : {};

const usageEvent = (head: object, usage: Usage | undefined): StreamEvent => ({
  data: JSON.stringify({
    ...head,
    object: 'chat.completion.chunk',
    choices: [],
    usage: usage ? usageFields(usage) : null,
  }),
});

/** https://platform.openai.com/docs/api-reference/chat/object#chat-object-usage */
const usageFields = (usage: Usage): object => ({
  prompt_tokens: usage.input,
  completion_tokens: usage.output,
  total_tokens: usage.input + usage.output,
  prompt_tokens_details: {
    cached_tokens: usage.cachedRead,
    ...(usage.audioInput === undefined ? {} : { audio_tokens: usage.audioInput }),
  },
  completion_tokens_details: {
    reasoning_tokens: usage.reasoning,
    ...(usage.audioOutput === undefined ? {} : { audio_tokens: usage.audioOutput }),
    ...(usage.acceptedPrediction === undefined
      ? {}
      : { accepted_prediction_tokens: usage.acceptedPrediction }),
    ...(usage.rejectedPrediction === undefined
      ? {}
      : { rejected_prediction_tokens: usage.rejectedPrediction }),
  },
});
