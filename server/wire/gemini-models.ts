/** Gemini's list of models. https://ai.google.dev/api/models */
import * as z from 'zod';
import { listEntries } from './list-entries.ts';
import type { ModelInfo } from './wire-format.ts';

const Count = z.number().positive().optional().catch(undefined);

const Entry = z.object({
  id: z.string().min(1),
  inputTokenLimit: Count,
  outputTokenLimit: Count,
  supportedGenerationMethods: z.array(z.string()).optional().catch(undefined),
});

/** One page of the list: 1000 is the most a page can hold, many times what there is. */
export const geminiModelsPath = '/models?pageSize=1000';

/** They generate content, but not text for a chat. */
const notForChat =
  /embedding|-image\b|-tts\b|-audio\b|-live\b|-robotics|-computer-use|\baqa\b|^(?:imagen|veo|lyria)/;

export function decodeGeminiModels(body: unknown): readonly ModelInfo[] {
  return listEntries(body).flatMap((value) => {
    const { data: entry } = Entry.safeParse(value);
    const name = entry?.id.replace(/^models\//, '');
    if (!entry || !name || notForChat.test(name)) return [];
    if (entry.supportedGenerationMethods?.includes('generateContent') === false) return [];
    return [
      {
        name,
        ...(entry.inputTokenLimit ? { contextTokens: entry.inputTokenLimit } : {}),
        ...(entry.outputTokenLimit ? { maxOutputTokens: entry.outputTokenLimit } : {}),
      },
    ];
  });
}

/**
 * The older models continue a last message of their own. 3.6 Flash, 3.5 Flash-Lite and later models reject it with
 * 400, and no page documents which models will. https://github.com/LibreChat-AI/agents/pull/323
 */
export const geminiSupportsPrefill = (model: string): boolean => /^gemini-(?:2\.\d+|3|3\.1)-/.test(model);
