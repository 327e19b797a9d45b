/** Names of the suggested models in Ollama's registry. https://ollama.com/library */
import type { PullNames } from '../suggested-models.ts';

export const ollamaPullNames: PullNames = {
  'qwen3-coder-30b': 'qwen3-coder:30b',
  'gemma3-27b-qat': 'gemma3:27b-it-qat',
  'qwen2.5-coder-14b': 'qwen2.5-coder:14b',
  'gemma3-12b-qat': 'gemma3:12b-it-qat',
  'qwen2.5-coder-7b': 'qwen2.5-coder:7b',
  'gemma3-4b-qat': 'gemma3:4b-it-qat',
  'qwen2.5-coder-3b': 'qwen2.5-coder:3b',
  'gemma3n-e4b': 'gemma3n:e4b',
  'smollm3-3b': 'hf.co/ggml-org/SmolLM3-3B-GGUF:Q4_K_M',
  'gemma3-1b': 'gemma3:1b',
  'qwen2.5-coder-1.5b': 'qwen2.5-coder:1.5b',
};
