/** Fields of a Chat Completions request beside its messages and tools. https://platform.openai.com/docs/api-reference/chat/create */
import type { CompletionRequest, ReasoningEffort, ResponseFormat } from '../../shared/chat.ts';
import { effortOf } from './reasoning-efforts.ts';

export type FieldQuirks = {
  /** Where a seed goes. Absent: `seed`. */
  readonly seedField?: 'seed' | 'random_seed';
  /** Fields that set how much this model thinks, the nearest to this effort. Absent: none. */
  readonly effortFields?: (model: string, effort: ReasoningEffort) => object;
  /** Fields for an answer in JSON or by a grammar. Absent: as OpenAI does. */
  readonly formatFields?: (format: ResponseFormat) => object;
};

/** Each field that the request sets; those that the service does not support are not in it any more. */
export const requestFields = (
  model: string,
  request: CompletionRequest,
  { seedField = 'seed', effortFields, formatFields = responseFormat }: FieldQuirks,
): object => {
  const { temperature, topP, topK, frequencyPenalty, presencePenalty, stop, seed } = request;
  const {
    responseFormat: format,
    prediction,
    serviceTier,
    logprobs,
    answerCount = 1,
    output,
    reasoning,
  } = request;
  const effort = reasoning && effortOf(reasoning);
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(topK === undefined ? {} : { top_k: topK }),
    ...(frequencyPenalty === undefined ? {} : { frequency_penalty: frequencyPenalty }),
    ...(presencePenalty === undefined ? {} : { presence_penalty: presencePenalty }),
    ...(stop?.length ? { stop } : {}),
    ...(seed === undefined ? {} : { [seedField]: seed }),
    ...(format ? formatFields(format) : {}),
    ...(effort === undefined ? {} : effortFields?.(model, effort)),
    ...(prediction === undefined ? {} : { prediction: { type: 'content', content: prediction } }),
    ...(serviceTier === undefined ? {} : { service_tier: serviceTier }),
    ...(logprobs === undefined
      ? {}
      : { logprobs: true, ...(logprobs > 0 ? { top_logprobs: logprobs } : {}) }),
    ...(answerCount > 1 ? { n: answerCount } : {}),
    ...(output?.audio ? { modalities: ['text', 'audio'], audio: output.audio } : {}),
  };
};

/** https://platform.openai.com/docs/guides/structured-outputs */
export function responseFormat(format: ResponseFormat): object {
  if (format.type === 'grammar') return {};
  const { schema, name = 'answer', description, isStrict } = format;
  if (!schema) return { response_format: { type: 'json_object' } };
  return {
    response_format: {
      type: 'json_schema',
      json_schema: {
        name,
        ...(description === undefined ? {} : { description }),
        schema,
        ...(isStrict ? { strict: true } : {}),
      },
    },
  };
}
