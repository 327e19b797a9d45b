/** Removes what a service has no field for, and does not support in another way, from a request. */
import type { CompletionRequest, Tool } from '../../shared/chat.ts';
import type { Feature } from '../../shared/features.ts';

/** The fields of a request that hold a feature each. */
const fieldOf = {
  temperature: 'temperature',
  topP: 'topP',
  topK: 'topK',
  frequencyPenalty: 'frequencyPenalty',
  presencePenalty: 'presencePenalty',
  stop: 'stop',
  seed: 'seed',
  toolChoice: 'toolChoice',
  parallelToolCalls: 'parallelToolCalls',
  metadata: 'metadata',
  reasoningEffort: 'reasoning',
  prediction: 'prediction',
  serviceTier: 'serviceTier',
  logprobs: 'logprobs',
  answerCount: 'answerCount',
} as const satisfies Partial<Record<Feature, keyof CompletionRequest>>;

/** The tools without strict schemas. `undefined`: none is strict. */
const looseTools = (tools: readonly Tool[] = []): readonly Tool[] | undefined =>
  tools.some((tool) => 'isStrict' in tool)
    ? tools.map((tool) => {
        if (!('isStrict' in tool)) return tool;
        const { isStrict: _, ...loose } = tool;
        return loose;
      })
    : undefined;

const isFieldFeature = (feature: Feature): feature is keyof typeof fieldOf => Object.hasOwn(fieldOf, feature);

/** Without any of these features, as nearly always, the request itself is returned. */
export function withoutFeatures(
  request: CompletionRequest,
  unsupported: readonly Feature[] = [],
): CompletionRequest {
  const present = unsupported
    .filter(isFieldFeature)
    .filter((feature) => request[fieldOf[feature]] !== undefined);
  const tools = unsupported.includes('strictTools') ? looseTools(request.tools) : undefined;
  if (present.length === 0) return tools ? { ...request, tools } : request;
  const rest = { ...request, ...(tools ? { tools } : {}) };
  for (const feature of present) delete rest[fieldOf[feature]];
  return rest;
}
