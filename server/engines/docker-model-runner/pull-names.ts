/** Names of the suggested models on Docker Hub and Hugging Face. https://hub.docker.com/u/ai */
import type { PullNames } from '../suggested-models.ts';

export const dockerPullNames: PullNames = {
  'qwen3-coder-30b': 'ai/qwen3-coder',
  'gemma3-27b-qat': 'ai/gemma3-qat:27B-Q4_K_M',
  'qwen2.5-coder-14b': 'hf.co/bartowski/Qwen2.5-Coder-14B-Instruct-GGUF:Q4_K_M',
  'gemma3-12b-qat': 'ai/gemma3-qat:12B-Q4_K_M',
  'qwen2.5-coder-7b': 'hf.co/bartowski/Qwen2.5-Coder-7B-Instruct-GGUF:Q4_K_M',
  'gemma3-4b-qat': 'ai/gemma3-qat',
  'qwen2.5-coder-3b': 'hf.co/bartowski/Qwen2.5-Coder-3B-Instruct-GGUF:Q4_K_M',
  'gemma3n-e4b': 'ai/gemma3n',
  'smollm3-3b': 'ai/smollm3',
  'gemma3-1b': 'ai/gemma3:1B-Q4_K_M',
  'qwen2.5-coder-1.5b': 'hf.co/bartowski/Qwen2.5-Coder-1.5B-Instruct-GGUF:Q4_K_M',
};
