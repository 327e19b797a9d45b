/** The list of models as OpenAI shapes it, with the fields its copies add. https://platform.openai.com/docs/api-reference/models/list */
import * as z from 'zod';
import { RumboError } from '../../shared/errors.ts';
import type { ModelInfo } from './wire-format.ts';

const Count = z.number().positive().optional().catch(undefined);
const Flag = z.boolean().optional().catch(undefined);
const Text = z.string().min(1).optional().catch(undefined);
const Words = z.array(z.string()).optional().catch(undefined);

const Entry = z.object({
  id: Text,
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
  /** LiteLLM, of the models in its price table. https://docs.litellm.ai/docs/proxy/model_discovery */
  mode: Text,
  max_input_tokens: Count,
  max_output_tokens: Count,
  /** xAI, and several gateways. */
  context_length: Count,
  /** Mistral; LM Studio's is the model's own, not the allocated one. */
  max_context_length: Count,
  /** Docker Model Runner. */
  dmr: z.object({ context_window: Count }).optional().catch(undefined),
  /** xAI. */
  input_modalities: Words,
  /** llama-server's router, and several gateways. */
  architecture: z.object({ input_modalities: Words, output_modalities: Words }).optional().catch(undefined),
  /** Mistral: `completion_chat`, `function_calling`. LM Studio: `trained_for_tool_use`. */
  capabilities: z
    .object({ completion_chat: Flag, function_calling: Flag, trained_for_tool_use: Flag, vision: Flag })
    .optional()
    .catch(undefined),
  /** LM Studio's own list has no `id`. */
  key: Text,
  type: Text,
  loaded_instances: z
    .array(z.object({ config: z.object({ context_length: Count }).optional().catch(undefined) }))
    .optional()
    .catch(undefined),
});
type Entry = z.infer<typeof Entry>;

const List = z.union([
  z.object({ data: z.array(z.unknown()) }).transform(({ data }) => data),
  z.object({ models: z.array(z.unknown()) }).transform(({ models }) => models),
  z.array(z.unknown()),
]);

/** Names that tell another purpose. */
const notForChat = /embed|rerank|whisper|\btts\b|moderation|guard/i;

/** Modes of LiteLLM in which a model does not chat. It converts chats for `completion` and `responses` itself. */
const notForChatMode =
  /embed|image|audio|video|speech|transcription|realtime|rerank|moderation|ocr|search|vector|guardrail/i;

type ModelListQuirks = {
  readonly canChat?: (model: string) => boolean;
  readonly modelName?: (id: string) => string;
};

/** Throws `bad-response` for a shape that is no list; leaves out an unreadable entry. */
export function decodeOpenAiModels(
  body: unknown,
  { canChat = (id) => !notForChat.test(id), modelName = (id) => id }: ModelListQuirks,
): readonly ModelInfo[] {
  const list = List.safeParse(body);
  if (!list.success) {
    throw new RumboError('The service’s list of models cannot be read.', { kind: 'bad-response' });
  }
  return list.data.flatMap((value) => {
    const { data: entry } = Entry.safeParse(value);
    const id = entry?.id ?? entry?.key;
    return entry && id && isUsable(entry) && canChat(id) ? [{ name: modelName(id), ...factsOf(entry) }] : [];
  });
}

/** Whether a chat may work, by the list. */
const isUsable = ({ status, active, type, mode, capabilities, architecture }: Entry): boolean =>
  !status?.failed &&
  status?.value !== 'downloading' &&
  active !== false &&
  type !== 'embedding' &&
  !(mode && notForChatMode.test(mode)) &&
  capabilities?.completion_chat !== false &&
  architecture?.output_modalities?.includes('text') !== false;

function factsOf(entry: Entry): Omit<ModelInfo, 'name'> {
  const { capabilities } = entry;
  const inputs = entry.input_modalities ?? entry.architecture?.input_modalities;
  return {
    ...optionalField('contextTokens', contextOf(entry)),
    ...optionalField('maxOutputTokens', entry.max_completion_tokens ?? entry.max_output_tokens),
    ...optionalField('tools', capabilities?.function_calling ?? capabilities?.trained_for_tool_use),
    ...optionalField('vision', capabilities?.vision ?? inputs?.includes('image')),
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
      entry.max_input_tokens ??
      entry.dmr?.context_window);

const optionalField = <Name extends keyof ModelInfo>(name: Name, value: ModelInfo[Name] | undefined) =>
  value === undefined ? {} : { [name]: value };
