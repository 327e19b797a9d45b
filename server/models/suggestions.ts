/**
 * Models worth having on a workstation, as data, and which of them fit this one. Sizes are those of the registries:
 * https://hub.docker.com/u/ai (https://github.com/docker/model-cards), https://ollama.com/library, https://huggingface.co
 */
import { type LocalUse, localUses, type ModelSuggestion } from '../../shared/local-models.ts';

const gb = (size: number): number => size * 1e9;
/** Names by kind of engine; sizes in gigabytes (10⁹ bytes), of the largest of them. */
const model = (
  label: string,
  uses: readonly LocalUse[],
  size: number,
  memory: number,
  names: {
    readonly ollama: string;
    readonly docker: string;
    readonly llama: string;
    readonly studio: string;
  },
): ModelSuggestion => ({
  label,
  uses,
  sizeBytes: gb(size),
  memoryBytes: gb(memory),
  names: {
    ollama: names.ollama,
    'docker-model-runner': names.docker,
    'llama-cpp': names.llama,
    'lm-studio': names.studio,
  },
});

/** Qwen2.5-Coder was trained to fill in the middle, and every engine has its template. */
const qwenCoderSuggestion = (
  billions: string,
  uses: readonly LocalUse[],
  size: number,
  memory: number,
): ModelSuggestion => {
  const repository = `Qwen2.5-Coder-${billions}B-Instruct-GGUF`;
  return model(`Qwen2.5-Coder ${billions} B`, uses, size, memory, {
    ollama: `qwen2.5-coder:${billions}b`,
    docker: `hf.co/bartowski/${repository}:Q4_K_M`,
    llama: `bartowski/${repository}:Q4_K_M`,
    studio: `https://huggingface.co/lmstudio-community/${repository}`,
  });
};
const gemmaQat = (billions: number, docker: string, size: number, memory: number): ModelSuggestion =>
  model(`Gemma 3 QAT ${billions} B`, ['general'], size, memory, {
    ollama: `gemma3:${billions}b-it-qat`,
    docker,
    llama: `ggml-org/gemma-3-${billions}b-it-qat-GGUF`,
    studio: `google/gemma-3-${billions}b`,
  });

/** The better before the lesser, for each use. */
const allSuggestions: readonly ModelSuggestion[] = [
  model('Qwen3-Coder 30 B', ['code'], 19, 22, {
    ollama: 'qwen3-coder:30b',
    docker: 'ai/qwen3-coder',
    llama: 'unsloth/Qwen3-Coder-30B-A3B-Instruct-GGUF:Q4_K_M',
    studio: 'qwen/qwen3-coder-30b',
  }),
  gemmaQat(27, 'ai/gemma3-qat:27B-Q4_K_M', 18, 21),
  qwenCoderSuggestion('14', ['code'], 9, 11.2),
  gemmaQat(12, 'ai/gemma3-qat:12B-Q4_K_M', 8.9, 10.5),
  qwenCoderSuggestion('7', ['code', 'fill'], 4.7, 6),
  gemmaQat(4, 'ai/gemma3-qat', 4, 5.2),
  qwenCoderSuggestion('3', ['code', 'fill'], 1.9, 3),
  model('Gemma 3n E4B', ['simple'], 7.5, 8, {
    ollama: 'gemma3n:e4b',
    docker: 'ai/gemma3n',
    llama: 'ggml-org/gemma-3n-E4B-it-GGUF',
    studio: 'google/gemma-3n-e4b',
  }),
  model('SmolLM3 3 B', ['simple'], 1.9, 3, {
    ollama: 'hf.co/ggml-org/SmolLM3-3B-GGUF:Q4_K_M',
    docker: 'ai/smollm3',
    llama: 'ggml-org/SmolLM3-3B-GGUF:Q4_K_M',
    studio: 'https://huggingface.co/ggml-org/SmolLM3-3B-GGUF',
  }),
  model('Gemma 3 1 B', ['general', 'simple'], 0.8, 1.3, {
    ollama: 'gemma3:1b',
    docker: 'ai/gemma3:1B-Q4_K_M',
    llama: 'ggml-org/gemma-3-1b-it-GGUF',
    studio: 'google/gemma-3-1b',
  }),
  qwenCoderSuggestion('1.5', ['code', 'fill'], 1, 1.5),
];

/**
 * The share of all memory that a model may take by its use; the rest is the editor's. What answers while somebody
 * types must be quick and stays in memory beside a larger one.
 */
const memoryShares: Readonly<Record<LocalUse, number>> = {
  code: 0.65,
  general: 0.65,
  simple: 0.2,
  fill: 0.2,
};
const maxMemoryShare = 0.65;
/** Of each use. */
const maxPerUse = 2;

/**
 * What to fetch for a workstation with so much memory: of each use the best that fits with one smaller beside it, in
 * the order of `localUses`, no model twice. Empty: nothing fits.
 */
export function suggestModels(memoryBytes: number): readonly ModelSuggestion[] {
  const fitting = (use: LocalUse, share: number) =>
    allSuggestions.filter((each) => each.uses.includes(use) && each.memoryBytes <= memoryBytes * share);
  const found = localUses.flatMap((use) => {
    const comfortable = fitting(use, memoryShares[use]).slice(0, maxPerUse);
    return comfortable.length > 0 ? comfortable : fitting(use, maxMemoryShare).slice(-1);
  });
  return [...new Set(found)];
}
