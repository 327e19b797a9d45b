/** The list of models as OpenAI shapes it, with the fields its copies add. https://platform.openai.com/docs/api-reference/models/list */
import * as z from 'zod';
import { listEntries } from './list-entries.ts';
import { namesOtherPurpose, statedChat } from './listed-abilities.ts';
import type { ModelInfo } from './wire-format.ts';

const Count = z.preprocess(toCount, z.number().positive().optional()).catch(undefined);
const Flag = z.boolean().optional().catch(undefined);
const Text = z.string().min(1).optional().catch(undefined);
const Words = z.array(z.string()).optional().catch(undefined);

/** `8192`, `"8,192"`, `"128k"`, `"1M"`; any other value as it is. */
function toCount(value: unknown): unknown {
  const [, digits = '', unit = ''] =
    typeof value === 'string' ? (/^(\d[\d,_.]*)\s*([km]?)(?: ?tokens)?$/i.exec(value.trim()) ?? []) : [];
  if (digits === '') return value ?? undefined;
  const number = Number(digits.replace(unit === '' ? /[,_.](?=\d{3}(?:\D|$))/g : /[,_]/g, ''));
  return Math.round(number * (unit === '' ? 1 : unit.toLowerCase() === 'k' ? 1_000 : 1_000_000));
}

const Entry = z.object({
  /** llama-server: `n_ctx` is the allocated context; the model's own is `n_ctx_train`. */
  meta: z.object({ n_ctx: Count }).optional().catch(undefined),
  /** llama-server's router: an `unloaded` model is loaded by a request, unless its last load failed. */
  status: z.object({ value: Text, failed: Flag }).optional().catch(undefined),
  /** vLLM. */
  max_model_len: Count,
  /** Groq, with `max_completion_tokens`. */
  context_window: Count,
  max_completion_tokens: Count,
  active: Flag,
  /** xAI, and several gateways. */
  context_length: Count,
  /** Mistral; LM Studio's is the model's own, not the allocated one. */
  max_context_length: Count,
  /** LiteLLM, Anthropic, and several gateways, with `max_output_tokens`. */
  max_input_tokens: Count,
  max_output_tokens: Count,
  context_size: Count,
  /** Fireworks. */
  contextLength: Count,
  /** GitHub Models. */
  limits: z.object({ max_input_tokens: Count, max_output_tokens: Count }).optional().catch(undefined),
  /** watsonx. */
  model_limits: z
    .object({ max_sequence_length: Count, max_output_tokens: Count })
    .optional()
    .catch(undefined),
  /** DeepInfra. */
  metadata: z.object({ context_length: Count, max_tokens: Count }).optional().catch(undefined),
  max_context_tokens: Count,
  inputTokenLimit: Count,
  outputTokenLimit: Count,
  /** OpenRouter. */
  top_provider: z.object({ context_length: Count, max_completion_tokens: Count }).optional().catch(undefined),
  /** Docker Model Runner. */
  dmr: z.object({ context_window: Count }).optional().catch(undefined),
  /** xAI. */
  input_modalities: Words,
  /** llama-server's router, and several gateways. */
  architecture: z.object({ input_modalities: Words, output_modalities: Words }).optional().catch(undefined),
  /** Mistral: `completion_chat`, `function_calling`. LM Studio: `trained_for_tool_use`. */
  capabilities: z
    .object({
      function_calling: Flag,
      trained_for_tool_use: Flag,
      vision: Flag,
      /** GitHub Copilot. */
      limits: z
        .object({ max_context_window_tokens: Count, max_output_tokens: Count })
        .optional()
        .catch(undefined),
      supports: z.object({ tool_calls: Flag, vision: Flag }).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
  loaded_instances: z
    .array(z.object({ config: z.object({ context_length: Count }).optional().catch(undefined) }))
    .optional()
    .catch(undefined),
});
type Entry = z.infer<typeof Entry>;

type ModelListQuirks = {
  readonly canChat?: (model: string) => boolean;
  readonly modelName?: (id: string) => string;
};

/** Throws `bad-response` for a shape that is no list; leaves out an unreadable entry. */
export function decodeOpenAiModels(
  body: unknown,
  { canChat = (id) => !namesOtherPurpose(id), modelName = (id) => id }: ModelListQuirks,
): readonly ModelInfo[] {
  const models = new Map<string, ModelInfo>();
  for (const raw of listEntries(body)) {
    const { data: entry } = Entry.safeParse(raw);
    const id = raw['id'];
    if (!entry || typeof id !== 'string' || !isUsable(entry)) continue;
    // What the list states of a model counts more than its name.
    if (!(statedChat(raw) ?? canChat(id))) continue;
    const name = modelName(id);
    if (!models.has(name)) models.set(name, { name, ...factsOf(entry) });
  }
  return [...models.values()];
}

/** Whether a request may work now, by the list. */
const isUsable = ({ status, active }: Entry): boolean =>
  !status?.failed && status?.value !== 'downloading' && active !== false;

function factsOf(entry: Entry): Omit<ModelInfo, 'name'> {
  const { capabilities } = entry;
  const inputs = entry.input_modalities ?? entry.architecture?.input_modalities;
  return {
    ...optionalField('contextTokens', contextOf(entry)),
    ...optionalField(
      'maxOutputTokens',
      entry.max_completion_tokens ??
        entry.max_output_tokens ??
        entry.outputTokenLimit ??
        entry.top_provider?.max_completion_tokens ??
        capabilities?.limits?.max_output_tokens ??
        entry.limits?.max_output_tokens ??
        entry.model_limits?.max_output_tokens ??
        entry.metadata?.max_tokens,
    ),
    ...optionalField(
      'tools',
      capabilities?.function_calling ??
        capabilities?.trained_for_tool_use ??
        capabilities?.supports?.tool_calls,
    ),
    ...optionalField(
      'vision',
      capabilities?.vision ?? capabilities?.supports?.vision ?? inputs?.includes('image'),
    ),
  };
}

/** The context that requests may use now. LM Studio reports what it allocates only when the model is loaded. */
const contextOf = (entry: Entry): number | undefined =>
  entry.loaded_instances
    ? entry.loaded_instances[0]?.config?.context_length
    : (entry.meta?.n_ctx ??
      entry.max_model_len ??
      entry.context_window ??
      entry.context_length ??
      entry.max_context_length ??
      entry.dmr?.context_window ??
      entry.max_input_tokens ??
      entry.context_size ??
      entry.max_context_tokens ??
      entry.inputTokenLimit ??
      entry.top_provider?.context_length ??
      entry.capabilities?.limits?.max_context_window_tokens ??
      entry.contextLength ??
      entry.limits?.max_input_tokens ??
      entry.model_limits?.max_sequence_length ??
      entry.metadata?.context_length);

const optionalField = <Name extends keyof ModelInfo>(name: Name, value: ModelInfo[Name] | undefined) =>
  value === undefined ? {} : { [name]: value };
