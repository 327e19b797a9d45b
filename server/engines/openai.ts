/** OpenAI. https://platform.openai.com/docs/api-reference */
import { openaiChat } from '../wire/openai-chat.ts';
import { bearer } from './define.ts';
import type { EngineDefinition } from './engine.ts';

export const openai: EngineDefinition = {
  kind: 'openai',
  label: 'OpenAI',
  source: 'api',
  baseUrl: 'https://api.openai.com/v1',
  key: 'required',
  headers: bearer,
  wire: openaiChat({
    // The padding OpenAI adds by default is of no use over TLS to one user, and doubles the bytes.
    streamOptions: { include_usage: true, include_obfuscation: false },
    // Reasoning models refuse any temperature but their own.
    takesTemperature: (model) => /^(?:ft:)?(?:gpt-4|gpt-3\.5|chatgpt-4o)/.test(model),
    canChat: (model) => chats.test(model) && !otherwise.test(model),
  }),
  usualModels: ['gpt-6-sol', 'gpt-6-luna', 'gpt-5.4-mini', 'gpt-5.4-nano'],
};

/** The list holds everything OpenAI serves and does not say what each is for. */
const chats = /^(?:ft:)?(?:gpt-|chatgpt-|o\d)/;
/** Other senses than text, and models that answer only on the Responses or the old Completions API. */
const otherwise =
  /image|audio|realtime|transcribe|\btts\b|whisper|embedding|moderation|search|instruct|codex|deep-research|(?:^|-)pro\b/;
