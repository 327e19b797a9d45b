/** What llama-server reports of its models, one or a router's many. https://github.com/ggml-org/llama.cpp/tree/master/tools/server */
import * as z from 'zod';
import { definedFields } from '../../platform/defined-fields.ts';
import { hideModelPath } from '../define.ts';
import type { EngineDetails } from '../local-engine.ts';
import { Count, Flag, looseObject, parseEntries, Text, TextList } from '../loose-json.ts';

const Entry = z.object({
  id: z.string(),
  status: looseObject({ value: Text, failed: Flag }),
  meta: looseObject({ n_ctx: Count, n_ctx_train: Count, n_params: Count, size: Count, ftype: Text }),
  architecture: looseObject({ input_modalities: TextList, output_modalities: TextList }),
});
const Props = z.object({
  model_ftype: Text,
  default_generation_settings: looseObject({ n_ctx: Count }),
  modalities: looseObject({ vision: Flag }),
  chat_template_caps: looseObject({ supports_tools: Flag }),
});

export const llamaCppDetails: EngineDetails = {
  async list(api, signal) {
    const entries = parseEntries(await api.json({ path: '/models' }, signal), 'data', Entry);
    return entries
      .filter(({ status }) => status?.value !== 'downloading')
      .map(({ id, status, meta, architecture }) => ({
        name: hideModelPath(id),
        ...definedFields({ loaded: status?.value === undefined ? undefined : isLoaded(status.value) }),
        facts: definedFields({
          contextTokens: meta?.n_ctx,
          trainedContextTokens: meta?.n_ctx_train,
          sizeBytes: meta?.size,
          parameters: meta?.n_params === undefined ? undefined : parameterCount(meta.n_params),
          quantisation: meta?.ftype,
          vision: architecture?.input_modalities?.includes('image'),
          embedding: architecture?.output_modalities?.includes('embeddings'),
        }),
      }));
  },
  async describe(api, { name, loaded }, signal) {
    // A router must not load the model to answer this.
    const query = loaded === undefined ? '' : `?model=${encodeURIComponent(name)}&autoload=false`;
    const props = Props.parse(await api.json({ path: `/props${query}` }, signal));
    return definedFields({
      chat: true,
      vision: props.modalities?.vision,
      tools: props.chat_template_caps?.supports_tools,
      contextTokens: props.default_generation_settings?.n_ctx,
      quantisation: props.model_ftype,
    });
  },
};

const isLoaded = (state: string): boolean => state === 'loaded' || state === 'sleeping';

/** `7.6B`, `270M`. */
const parameterCount = (parameters: number): string => {
  const [size, unit] =
    parameters >= 1e9
      ? [parameters / 1e9, 'B']
      : parameters >= 1e6
        ? [parameters / 1e6, 'M']
        : [parameters / 1e3, 'K'];
  return `${Number(size.toPrecision(2))}${unit}`;
};
