/** What is peculiar to families of models where they write code, told by their names. */
import * as templates from './fim-templates.ts';

export type ModelFamily = {
  /** In lower case, with whatever stands around a name: owners, sizes, quantisations. */
  readonly namePattern: RegExp;
  /** Absent: it was not taught to fill in, or not in words that are known. */
  readonly template?: templates.FimTemplate;
  /** Begins with a blank where one stands already. */
  readonly leadingBlank?: true;
  /** Begins with the line it is to go on from. */
  readonly echoesLine?: true;
  /** What keeps it from thinking when it stands at the end of a message; beside the field for it, which not every service has. */
  readonly noThinkSuffix?: string;
};

/** The first that fits holds; a special name stands before the general one. */
export const modelFamilies: readonly ModelFamily[] = [
  { namePattern: /code-?qwen/, template: templates.starCoder },
  { namePattern: /qwen.*coder/, template: templates.qwenCoder },
  // Later ones think always, or never. https://huggingface.co/Qwen/Qwen3-8B#advanced-usage-switching-between-thinking-and-non-thinking-modes-via-user-input
  { namePattern: /qwen-?3(?!\.)(?!.*(?:2507|next|thinking|instruct|vl))/, noThinkSuffix: '/no_think' },
  // Not a size (`granite-8b-code`).
  { namePattern: /granite-?[4-9](?!\d*b)/, template: templates.granite4, echoesLine: true },
  { namePattern: /granite/, template: templates.starCoder, echoesLine: true },
  { namePattern: /star-?coder-?2/, template: templates.starCoder2 },
  { namePattern: /star-?coder|stable-?code|refact/, template: templates.starCoder },
  // The largest ones and those for Python were not taught it.
  { namePattern: /code-?llama(?!.*(?:34b|70b|python))/, template: templates.codeLlama },
  { namePattern: /deepseek-?coder/, template: templates.deepSeekCoder },
  { namePattern: /code-?gemma/, template: templates.codeGemma },
  { namePattern: /mamba-?codestral/ },
  { namePattern: /codestral/, template: templates.codestral, leadingBlank: true },
  { namePattern: /mellum/, template: templates.mellum },
  { namePattern: /seed-?coder/, template: templates.seedCoder },
  { namePattern: /codegeex-?4/, template: templates.codeGeeX },
];

/** Empty for a model that nobody knows. */
export function modelFamilyOf(model: string): Omit<ModelFamily, 'namePattern'> {
  const name = model.toLowerCase();
  return modelFamilies.find(({ namePattern }) => namePattern.test(name)) ?? {};
}
