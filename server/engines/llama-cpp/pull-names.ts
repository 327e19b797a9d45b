/** Repositories of the suggested models on Hugging Face, from which llama-server's router downloads. https://huggingface.co */
import type { PullNames } from '../suggested-models.ts';

export const llamaCppPullNames: PullNames = {
  'qwen3-coder-30b': 'unsloth/Qwen3-Coder-30B-A3B-Instruct-GGUF:Q4_K_M',
  'gemma3-27b-qat': 'ggml-org/gemma-3-27b-it-qat-GGUF',
  'qwen2.5-coder-14b': 'bartowski/Qwen2.5-Coder-14B-Instruct-GGUF:Q4_K_M',
  'gemma3-12b-qat': 'ggml-org/gemma-3-12b-it-qat-GGUF',
  'qwen2.5-coder-7b': 'bartowski/Qwen2.5-Coder-7B-Instruct-GGUF:Q4_K_M',
  'gemma3-4b-qat': 'ggml-org/gemma-3-4b-it-qat-GGUF',
  'qwen2.5-coder-3b': 'bartowski/Qwen2.5-Coder-3B-Instruct-GGUF:Q4_K_M',
  'gemma3n-e4b': 'ggml-org/gemma-3n-E4B-it-GGUF',
  'smollm3-3b': 'ggml-org/SmolLM3-3B-GGUF:Q4_K_M',
  'gemma3-1b': 'ggml-org/gemma-3-1b-it-GGUF',
  'qwen2.5-coder-1.5b': 'bartowski/Qwen2.5-Coder-1.5B-Instruct-GGUF:Q4_K_M',
};
