/** Names of the suggested models in LM Studio's catalogue, or their address on Hugging Face. https://lmstudio.ai/models */
import type { PullNames } from '../suggested-models.ts';

export const lmStudioPullNames: PullNames = {
  'qwen3-coder-30b': 'qwen/qwen3-coder-30b',
  'gemma3-27b-qat': 'google/gemma-3-27b',
  'qwen2.5-coder-14b': 'https://huggingface.co/lmstudio-community/Qwen2.5-Coder-14B-Instruct-GGUF',
  'gemma3-12b-qat': 'google/gemma-3-12b',
  'qwen2.5-coder-7b': 'https://huggingface.co/lmstudio-community/Qwen2.5-Coder-7B-Instruct-GGUF',
  'gemma3-4b-qat': 'google/gemma-3-4b',
  'qwen2.5-coder-3b': 'https://huggingface.co/lmstudio-community/Qwen2.5-Coder-3B-Instruct-GGUF',
  'gemma3n-e4b': 'google/gemma-3n-e4b',
  'smollm3-3b': 'https://huggingface.co/ggml-org/SmolLM3-3B-GGUF',
  'gemma3-1b': 'google/gemma-3-1b',
  'qwen2.5-coder-1.5b': 'https://huggingface.co/lmstudio-community/Qwen2.5-Coder-1.5B-Instruct-GGUF',
};
