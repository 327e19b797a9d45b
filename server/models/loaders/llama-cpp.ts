/** llama-server's models, one or a router's many. https://github.com/ggml-org/llama.cpp/tree/master/tools/server */
import * as z from 'zod';
import { baseName } from '../../engines/define.ts';
import type { NativeInterface } from './native.ts';
import { Count, entriesOf, Flag, known, part, Text, Words } from './reading.ts';

const Entry = z.object({
  id: z.string(),
  status: part({ value: Text, failed: Flag }),
  meta: part({ n_ctx: Count, n_ctx_train: Count, n_params: Count, size: Count, ftype: Text }),
  architecture: part({ input_modalities: Words, output_modalities: Words }),
});
const Props = z.object({
  model_ftype: Text,
  default_generation_settings: part({ n_ctx: Count }),
  modalities: part({ vision: Flag }),
  chat_template_caps: part({ supports_tools: Flag }),
});

export const llamaModels: NativeInterface = {
  kind: 'llama-cpp',
  async list(ask, signal) {
    const entries = entriesOf(await ask({ path: '/models' }, signal), 'data', Entry);
    return entries
      .filter(({ status }) => status?.value !== 'downloading')
      .map(({ id, status, meta, architecture }) => ({
        // Without an alias the id is the path of the file, which is nobody's business.
        name: /[\\/].*\.gguf$/i.test(id) ? baseName(id) : id,
        ...known({ loaded: status?.value === undefined ? undefined : isLoaded(status.value) }),
        finding: known({
          contextTokens: meta?.n_ctx,
          trainedContextTokens: meta?.n_ctx_train,
          sizeBytes: meta?.size,
          parameters: meta?.n_params === undefined ? undefined : sizeInWords(meta.n_params),
          quantisation: meta?.ftype,
          vision: architecture?.input_modalities?.includes('image'),
          embedding: architecture?.output_modalities?.includes('embeddings'),
        }),
      }));
  },
  async details(ask, { name, loaded }, signal) {
    // A router is asked for one of its models, and must not load it for that.
    const query = loaded === undefined ? '' : `?model=${encodeURIComponent(name)}&autoload=false`;
    const props = Props.parse(await ask({ path: `/props${query}` }, signal));
    return known({
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
const sizeInWords = (parameters: number): string => {
  const [size, unit] =
    parameters >= 1e9
      ? [parameters / 1e9, 'B']
      : parameters >= 1e6
        ? [parameters / 1e6, 'M']
        : [parameters / 1e3, 'K'];
  return `${Number(size.toPrecision(2))}${unit}`;
};
