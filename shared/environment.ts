/** The environment variables Rumbo reads: for one run only, never saved. The client forwards just these to the server. */

/** Keys, by the provider they belong to. */
export const keyVariables: Readonly<Record<string, string>> = {
  openai: 'OPENAI_API_KEY',
  anthropic: 'ANTHROPIC_API_KEY',
  gemini: 'GEMINI_API_KEY',
  groq: 'GROQ_API_KEY',
  xai: 'XAI_API_KEY',
  mistral: 'MISTRAL_API_KEY',
  deepseek: 'DEEPSEEK_API_KEY',
};

const others = [
  'LLM_PRIORITY_ORDER',
  'OLLAMA_HOST',
  'DMR_BASE_URL',
  'MODEL_RUNNER_HOST',
  'LLAMA_ARG_HOST',
  'LLAMA_ARG_PORT',
];
const names = new Set([...Object.values(keyVariables), ...others]);

/** Whether the server may see this variable; `GEMINI_API_KEY_1` and so on count. */
export const isForwarded = (name: string): boolean => names.has(name) || /^GEMINI_API_KEY_\d+$/.test(name);

/**
 * For whoever starts the server: with one arena glibc gives back what the compiler's threads have used, a tenth of all
 * memory. Elsewhere it means nothing. https://www.gnu.org/software/libc/manual/html_node/Memory-Allocation-Tunables.html
 */
export const oneArena = { MALLOC_ARENA_MAX: '1' } as const;
