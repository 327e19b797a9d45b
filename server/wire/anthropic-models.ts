/** Anthropic's models: the list, and what a name alone implies. https://platform.claude.com/docs/en/api/models/list */
import * as z from 'zod';
import type { ReasoningEffort } from '../../shared/chat.ts';
import { listEntries } from './list-entries.ts';
import type { ModelInfo } from './wire-format.ts';

const Count = z.number().positive().nullish().catch(undefined);
const Entry = z.object({
  id: z.string().min(1),
  max_input_tokens: Count,
  max_tokens: Count,
  lifecycle: z.string().optional().catch(undefined),
  capabilities: z
    .object({ image_input: z.object({ supported: z.boolean() }).optional().catch(undefined) })
    .nullish()
    .catch(undefined),
});

/** One page of the list: 1000 is the most a page can hold, many times what there is. */
export const anthropicModelsPath = '/models?limit=1000';

export function decodeAnthropicModels(body: unknown): readonly ModelInfo[] {
  return listEntries(body).flatMap((value) => {
    const { data: entry } = Entry.safeParse(value);
    if (!entry || entry.lifecycle === 'retired') return [];
    const vision = entry.capabilities?.image_input?.supported;
    return [
      {
        name: entry.id,
        ...(entry.max_input_tokens ? { contextTokens: entry.max_input_tokens } : {}),
        ...(entry.max_tokens ? { maxOutputTokens: entry.max_tokens } : {}),
        // Every model still served supports them; the list has no field for it.
        tools: true,
        ...(vision === undefined ? {} : { vision }),
      },
    ];
  });
}

/**
 * Claude 4.6 and every later model rejects a conversation that ends with the assistant; an unknown name counts as
 * one of those. https://platform.claude.com/docs/en/about-claude/models/whats-new-claude-4-6#prefill-removal
 */
export const anthropicSupportsPrefill = (model: string): boolean =>
  /^claude-(?:instant\b|[123][-.]|(?:opus|sonnet|haiku)-4(?:-[0-5])?(?:-\d{8}|-latest)?$)/.test(model);

/** Newer models reject `tool_choice: any`. https://platform.claude.com/docs/en/models/opus-5-5/whats-new-opus-5-5 */
export const supportsForcedTools = (model: string): boolean =>
  !/^claude-(?:(?:opus|sonnet)-5-5|(?:fable|mythos)-5-[1-9](?!\d))/.test(model);

/**
 * These models think by default, and return a summary of it only on request.
 * https://platform.claude.com/docs/en/build-with-claude/thinking
 */
export const thinksByDefault = (model: string): boolean =>
  /^claude-(?:opus-5|(?:sonnet|haiku)-5-5|(?:fable|mythos)-5-[1-9](?!\d))/.test(model);

/** How a model is made to think. `budget`: by tokens, up to Claude 4.5. `adaptive`: by effort. `none`: it does not think. */
export type ThinkingMode = 'none' | 'budget' | 'adaptive';

/** https://platform.claude.com/docs/en/build-with-claude/thinking#configuring-thinking */
export function thinkingMode(model: string): ThinkingMode {
  if (/^claude-(?:instant\b|[12]\b|2\.|3-(?!7))/.test(model)) return 'none';
  return /^claude-(?:3-7|(?:opus|sonnet|haiku)-4(?:-[0-5])?(?:-\d{8}|-latest)?$)/.test(model)
    ? 'budget'
    : 'adaptive';
}

/** These models reject that they shall not think. */
export const alwaysThinks = (model: string): boolean => /^claude-(?:fable|mythos)-/.test(model);

const efforts = ['low', 'medium', 'high', 'xhigh', 'max'] as const satisfies readonly ReasoningEffort[];

/** From the lowest; Claude 4.6 has one less. https://platform.claude.com/docs/en/build-with-claude/effort */
export const anthropicEfforts = (model: string): readonly (typeof efforts)[number][] =>
  /^claude-(?:opus|sonnet)-4-6/.test(model) ? efforts.filter((effort) => effort !== 'xhigh') : efforts;

/** https://platform.claude.com/docs/en/build-with-claude/mid-conversation-system-messages */
export const supportsLaterSystemMessages = (model: string): boolean =>
  /^claude-(?:opus-(?:4-[89]|[5-9])|(?:fable|mythos)-[5-9]|(?:sonnet|haiku)-(?:5-[5-9]|[6-9]))/.test(model);

/** https://platform.claude.com/docs/en/build-with-claude/structured-outputs */
export const supportsStructuredOutput = (model: string): boolean =>
  !/^claude-(?:instant\b|[123][-.]|(?:opus|sonnet)-4(?:-0)?(?:-\d{8}|-latest)?$)/.test(model);
