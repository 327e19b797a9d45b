/** What Ollama's `/api/show` reports of one model. https://github.com/ollama/ollama/blob/main/docs/api.md#show-model-information */
import * as z from 'zod';
import type { DetailFacts } from '../../../shared/model-details.ts';
import { definedFields } from '../../platform/defined-fields.ts';
import { Count, licenceName, looseObject, Metadata, Text, TextList, trainedContext } from '../loose-json.ts';

const Shown = z.object({
  capabilities: TextList,
  license: Text,
  parameters: Text,
  template: Text,
  modelfile: Text,
  projector_info: Metadata,
  details: looseObject({
    parent_model: Text,
    families: TextList,
    parameter_size: Text,
    quantization_level: Text,
    context_length: Count,
  }),
  model_info: Metadata,
});
type Shown = z.infer<typeof Shown>;

export type ShownModel = {
  readonly facts: DetailFacts;
  /** The file with its weights; models with the same share one runner. Absent: not reported. */
  readonly weights?: string;
};

/** Throws for what is no object. */
export function parseShownModel(value: unknown): ShownModel {
  const shown = Shown.parse(value);
  const { details, model_info: metadata, modelfile } = shown;
  const weights = details?.parent_model || /^FROM (\S.*)$/m.exec(modelfile ?? '')?.[1];
  return {
    facts: definedFields({
      ...(ollamaAbilities(shown.capabilities) ?? inferredAbilities(shown)),
      configuredContextTokens: configuredContext(shown.parameters),
      trainedContextTokens: trainedContext(metadata) ?? details?.context_length,
      parameters: details?.parameter_size,
      quantisation: details?.quantization_level,
      licence: licenceName(metadata, shown.license),
    }),
    ...(weights ? { weights } : {}),
  };
}

/** @param capabilities as Ollama reports them. Absent: it does not */
export const ollamaAbilities = (capabilities: readonly string[] | undefined) =>
  capabilities && {
    chat: capabilities.includes('completion'),
    fim: capabilities.includes('insert'),
    embedding: capabilities.includes('embedding'),
    vision: capabilities.includes('vision'),
    tools: capabilities.includes('tools'),
    reasoning: capabilities.includes('thinking'),
  };

/** Versions before 0.6.4 report no capabilities; this is how later ones find them. */
function inferredAbilities({ template = '', details, model_info = {}, projector_info }: Shown) {
  const keys = Object.keys(model_info);
  if (template === '' && keys.length === 0) return {};
  const embeds = keys.some((key) => key.endsWith('.pooling_type'));
  const sees = keys.some((key) => key.endsWith('vision.block_count'));
  return {
    chat: !embeds,
    embedding: embeds,
    fim: /\.Suffix\b/.test(template),
    tools: /\.Tools\b/.test(template),
    vision:
      sees || projector_info !== undefined || /\b(?:clip|mllama)\b/.test((details?.families ?? []).join(' ')),
    reasoning: /\.Thinking\b/.test(template),
  };
}

/** `num_ctx` among the parameters, one a line. */
function configuredContext(parameters: string | undefined): number | undefined {
  const [, tokens] = /^num_ctx\s+(\d+)\s*$/m.exec(parameters ?? '') ?? [];
  return Number(tokens) || undefined;
}
