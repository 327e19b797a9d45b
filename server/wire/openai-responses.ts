/** OpenAI's Responses API, for models that Chat Completions does not serve. https://platform.openai.com/docs/api-reference/responses */
import type { CompletionRequest, ResponseFormat } from '../../shared/chat.ts';
import type { WireFeatures } from '../../shared/features.ts';
import { openaiEffort } from './openai-efforts.ts';
import { openaiMetadata } from './openai-metadata.ts';
import { inputItems } from './openai-responses-input.ts';
import { responsesDecoder } from './openai-responses-stream.ts';
import { responsesToolFields } from './openai-responses-tools.ts';
import { effortOf } from './reasoning-efforts.ts';
import { withoutFeatures } from './unsupported-features.ts';
import { missingFeatures, modelSupport, openaiResponsesFeatures } from './wire-features.ts';
import type { StreamFormat } from './wire-format.ts';

export const openaiResponses: StreamFormat<CompletionRequest> = {
  framing: 'sse',
  encode(model, whole) {
    const request = withoutFeatures(whole, missingFeatures(responsesSupport(model).features));
    return {
      path: '/responses',
      body: {
        model,
        input: inputItems(request.messages),
        stream: true,
        stream_options: { include_obfuscation: false },
        // By default OpenAI stores the conversation for thirty days; Rumbo never reads it again.
        store: false,
        include: [
          // The reasoning before a call, to be sent back with it.
          'reasoning.encrypted_content',
          ...(request.logprobs === undefined ? [] : ['message.output_text.logprobs']),
        ],
        ...responsesToolFields(request),
        ...(request.maxOutputTokens === undefined ? {} : { max_output_tokens: request.maxOutputTokens }),
        ...(request.metadata ? openaiMetadata(request.metadata) : {}),
        ...furtherFields(model, request),
      },
    };
  },
  decoder: responsesDecoder,
};

function furtherFields(
  model: string,
  { temperature, topP, reasoning, responseFormat, serviceTier, logprobs }: CompletionRequest,
): object {
  const wanted = reasoning && effortOf(reasoning);
  const effort = wanted && openaiEffort(model, wanted);
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(effort ? { reasoning: { effort } } : {}),
    ...(responseFormat?.type === 'json' ? { text: { format: textFormat(responseFormat) } } : {}),
    // A batch is another API.
    ...(serviceTier === undefined || serviceTier === 'batch' ? {} : { service_tier: serviceTier }),
    ...(logprobs ? { top_logprobs: logprobs } : {}),
  };
}

/** https://platform.openai.com/docs/guides/structured-outputs */
function textFormat({
  schema,
  name = 'answer',
  description,
  isStrict,
}: Extract<ResponseFormat, { type: 'json' }>): object {
  if (!schema) return { type: 'json_object' };
  return {
    type: 'json_schema',
    name,
    ...(description === undefined ? {} : { description }),
    schema,
    ...(isStrict ? { strict: true } : {}),
  };
}

export const responsesSupport = modelSupport('openai-responses', openaiResponsesFeatures, (model) =>
  /^(?:ft:)?(?:gpt-4|gpt-3\.5|chatgpt-4o)/.test(model) ? beforeReasoning : reasoning,
);

const beforeReasoning: Partial<WireFeatures> = {
  customTools: 'mapped',
  reasoningEffort: 'none',
  reasoningBudget: 'none',
};
/** These models reject any sampling but the default. */
const reasoning: Partial<WireFeatures> = { temperature: 'none', topP: 'none', logprobs: 'none' };
