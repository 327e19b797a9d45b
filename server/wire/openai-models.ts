/** The list of models as OpenAI shapes it, with what its copies add. https://platform.openai.com/docs/api-reference/models/list */
import * as z from 'zod';
import { RumboError } from '../../shared/errors.ts';
import type { ModelInfo } from './wire-format.ts';

const Count = z.number().positive().optional().catch(undefined);

const Entry = z.object({
  id: z.string().min(1),
  /** llama-server: `n_ctx` is what it has allocated, beside the model's own `n_ctx_train`. */
  meta: z.object({ n_ctx: Count }).optional().catch(undefined),
  /** llama-server's router: a model whose last load failed. */
  status: z.object({ failed: z.boolean().optional() }).optional().catch(undefined),
  /** vLLM. */
  max_model_len: Count,
  /** Groq, with `max_completion_tokens`. */
  context_window: Count,
  max_completion_tokens: Count,
  /** Several gateways. */
  context_length: Count,
  /** Mistral. */
  max_context_length: Count,
  active: z.boolean().optional().catch(undefined),
});

const List = z.union([z.object({ data: z.array(z.unknown()) }), z.array(z.unknown())]);

/** Names that say the model does something else. */
const notForChat = /embed|rerank|whisper|\btts\b|moderation/i;

type Choices = {
  readonly canChat?: (model: string) => boolean;
  readonly nameOf?: (id: string) => string;
};

/** Rejects a shape that is no list with `bad-response`; an entry that cannot be read is left out. */
export function decodeOpenAiModels(
  body: unknown,
  { canChat = (id) => !notForChat.test(id), nameOf = (id) => id }: Choices,
): readonly ModelInfo[] {
  const list = List.safeParse(body);
  if (!list.success) {
    throw new RumboError('The service’s list of models cannot be read.', { kind: 'bad-response' });
  }
  const entries = Array.isArray(list.data) ? list.data : list.data.data;
  return entries.flatMap((value) => {
    const { data: entry } = Entry.safeParse(value);
    if (!entry || entry.status?.failed || entry.active === false || !canChat(entry.id)) return [];
    const contextTokens =
      entry.meta?.n_ctx ??
      entry.max_model_len ??
      entry.context_window ??
      entry.context_length ??
      entry.max_context_length;
    return [
      {
        name: nameOf(entry.id),
        ...(contextTokens === undefined ? {} : { contextTokens }),
        ...(entry.max_completion_tokens === undefined
          ? {}
          : { maxOutputTokens: entry.max_completion_tokens }),
      },
    ];
  });
}
