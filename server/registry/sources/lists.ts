/**
 * Facts in the services' own model lists, beyond what routing needs at once (server/wire reads that).
 * Anthropic https://platform.claude.com/docs/en/api/models/list, Gemini https://ai.google.dev/api/models,
 * Groq https://console.groq.com/docs/models, Mistral https://docs.mistral.ai/api/endpoint/models,
 * xAI https://docs.x.ai/docs/api-reference#list-language-models
 */
import * as z from 'zod';
import type { Rates } from '../../../shared/models.ts';
import { definedFields } from '../../platform/defined-fields.ts';
import { scaleRate } from '../amounts.ts';
import type { FactSource, ModelEntry, ModelFacts } from '../facts.ts';

/** The request needs the user's key, so the address is that of the configured provider. */
export type ListSource = Omit<FactSource, 'url'> & {
  /** Engine kind. */
  readonly kind: string;
  /** Below the provider's base URL. */
  readonly path: string;
};

const Count = z.number().int().positive().optional().catch(undefined);
const Flag = z.boolean().optional().catch(undefined);
const Supported = z.object({ supported: z.boolean() }).optional().catch(undefined);
const Usd = z.number().optional().catch(undefined);

const anthropic = listOf('anthropic', 'Anthropic’s list of models', '/models?limit=1000', {
  list: 'data',
  entry: z.object({
    id: z.string(),
    max_input_tokens: Count,
    max_tokens: Count,
    capabilities: z.object({ image_input: Supported, thinking: Supported }).optional().catch(undefined),
  }),
  read: ({ id, max_input_tokens, max_tokens, capabilities }) => ({
    name: id,
    facts: definedFields({
      contextTokens: max_input_tokens,
      maxOutputTokens: max_tokens,
      vision: capabilities?.image_input?.supported,
      reasoning: capabilities?.thinking?.supported,
    }),
  }),
});

const gemini = listOf('gemini', 'Google’s list of models', '/models?pageSize=1000', {
  list: 'models',
  entry: z.object({
    name: z.string(),
    inputTokenLimit: Count,
    outputTokenLimit: Count,
    thinking: Flag,
    supportedGenerationMethods: z.array(z.string()).optional().catch(undefined),
  }),
  read: ({ name, inputTokenLimit, outputTokenLimit, thinking, supportedGenerationMethods: methods }) => {
    const embeds = methods?.includes('embedContent') && !methods.includes('generateContent');
    return {
      name: name.replace(/^models\//, ''),
      facts: definedFields({
        contextTokens: inputTokenLimit,
        maxOutputTokens: embeds ? undefined : outputTokenLimit,
        reasoning: thinking,
        embeds: embeds || undefined,
      }),
    };
  },
});

const groq = listOf('groq', 'Groq’s list of models', '/models', {
  list: 'data',
  entry: z.object({ id: z.string(), context_window: Count, max_completion_tokens: Count }),
  read: ({ id, context_window, max_completion_tokens }) => ({
    name: id,
    facts: definedFields({ contextTokens: context_window, maxOutputTokens: max_completion_tokens }),
  }),
});

const mistral = listOf('mistral', 'Mistral’s list of models', '/models', {
  list: 'data',
  entry: z.object({
    id: z.string(),
    max_context_length: Count,
    capabilities: z
      .object({
        completion_chat: Flag,
        completion_fim: Flag,
        function_calling: Flag,
        vision: Flag,
        reasoning: Flag,
      })
      .optional()
      .catch(undefined),
  }),
  read: ({ id, max_context_length, capabilities }) => ({
    name: id,
    facts: definedFields({
      contextTokens: max_context_length,
      tools: capabilities?.function_calling,
      vision: capabilities?.vision,
      reasoning: capabilities?.reasoning,
      fill: capabilities?.completion_fim,
      embeds: /\bembed/.test(id) || undefined,
    }),
  }),
});

/** The only list with prices: 20 000 means 2 US dollars per million tokens. */
const xaiUnit = 1 / 10_000;

const xai = listOf('xai', 'xAI’s list of models', '/language-models', {
  list: 'models',
  entry: z.object({
    id: z.string(),
    input_modalities: z.array(z.string()).optional().catch(undefined),
    context_length: Count,
    prompt_text_token_price: Usd,
    cached_prompt_text_token_price: Usd,
    completion_text_token_price: Usd,
    long_context_threshold: Count,
    prompt_text_token_price_long_context: Usd,
    cached_prompt_text_token_price_long_context: Usd,
    completion_text_token_price_long_context: Usd,
  }),
  read: (entry) => {
    const standard = xaiRates(
      entry.prompt_text_token_price,
      entry.completion_text_token_price,
      entry.cached_prompt_text_token_price,
    );
    const long = xaiRates(
      entry.prompt_text_token_price_long_context,
      entry.completion_text_token_price_long_context,
      entry.cached_prompt_text_token_price_long_context,
    );
    const from = entry.long_context_threshold;
    return {
      name: entry.id,
      facts: definedFields({
        contextTokens: entry.context_length,
        vision: entry.input_modalities?.includes('image'),
        price: standard && {
          ...standard,
          // A prompt that reaches the threshold counts as long.
          ...definedFields({ longContext: long && from ? { overTokens: from - 1, rates: long } : undefined }),
        },
      }),
    };
  },
});

export const listSources: readonly ListSource[] = [anthropic, gemini, groq, mistral, xai];

type ListFormat<Entry> = {
  /** The field that holds the entries. */
  readonly list: string;
  readonly entry: z.ZodType<Entry>;
  read(entry: Entry): { readonly name: string; readonly facts: ModelFacts };
};

function listOf<Entry>(
  kind: string,
  label: string,
  path: string,
  { list, entry, read }: ListFormat<Entry>,
): ListSource {
  const List = z.object({ [list]: z.array(z.unknown()) });
  return {
    id: `${kind}-list`,
    label,
    origin: 'provider',
    kind,
    path,
    limitBytes: 4_000_000,
    parse(body): ModelEntry[] {
      const entries = List.parse(JSON.parse(body))[list] ?? [];
      return entries.flatMap((value) => {
        const { data } = entry.safeParse(value);
        const model = data && read(data);
        return model?.name && Object.keys(model.facts).length > 0 ? [{ kind, ...model }] : [];
      });
    },
  };
}

function xaiRates(
  input: number | undefined,
  output: number | undefined,
  cachedRead: number | undefined,
): Rates | undefined {
  // The list has 0 where a price does not apply.
  if (!input || !output) return;
  return {
    input: scaleRate(input, xaiUnit),
    output: scaleRate(output, xaiUnit),
    ...definedFields({ cachedRead: cachedRead ? scaleRate(cachedRead, xaiUnit) : undefined }),
  };
}
