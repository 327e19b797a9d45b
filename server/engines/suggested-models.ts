/**
 * Models worth having on a workstation. Each engine's definition has the name to pull them by. Sizes are those of the
 * registries: https://hub.docker.com/u/ai (https://github.com/docker/model-cards), https://ollama.com/library,
 * https://huggingface.co
 */
import type { ModelSuggestion } from '../../shared/local-models.ts';

type SuggestedModel = Omit<ModelSuggestion, 'names'>;

/** @param sizeGb of the largest of its downloads, in 10⁹ bytes; so is `memoryGb` */
const model = (
  label: string,
  uses: SuggestedModel['uses'],
  sizeGb: number,
  memoryGb: number,
): SuggestedModel => ({ label, uses, sizeBytes: sizeGb * 1e9, memoryBytes: memoryGb * 1e9 });

/** Better models first, for each use. Qwen2.5-Coder was trained to fill in the middle, and every engine has its template. */
export const suggestedModels = {
  'qwen3-coder-30b': model('Qwen3-Coder 30 B', ['code'], 19, 22),
  'gemma3-27b-qat': model('Gemma 3 QAT 27 B', ['general'], 18, 21),
  'qwen2.5-coder-14b': model('Qwen2.5-Coder 14 B', ['code'], 9, 11.2),
  'gemma3-12b-qat': model('Gemma 3 QAT 12 B', ['general'], 8.9, 10.5),
  'qwen2.5-coder-7b': model('Qwen2.5-Coder 7 B', ['code', 'fill'], 4.7, 6),
  'gemma3-4b-qat': model('Gemma 3 QAT 4 B', ['general'], 4, 5.2),
  'qwen2.5-coder-3b': model('Qwen2.5-Coder 3 B', ['code', 'fill'], 1.9, 3),
  'gemma3n-e4b': model('Gemma 3n E4B', ['simple'], 7.5, 8),
  'smollm3-3b': model('SmolLM3 3 B', ['simple'], 1.9, 3),
  'gemma3-1b': model('Gemma 3 1 B', ['general', 'simple'], 0.8, 1.3),
  'qwen2.5-coder-1.5b': model('Qwen2.5-Coder 1.5 B', ['code', 'fill'], 1, 1.5),
} satisfies Readonly<Record<string, SuggestedModel>>;

export type SuggestedModelId = keyof typeof suggestedModels;

/** Name to pull each suggested model by, in one engine. */
export type PullNames = Readonly<Record<SuggestedModelId, string>>;
