/** What is peculiar to families of models where they write code, told by their names. */
import * as templates from './fim-templates.ts';

export type Family = {
  /** In lower case, with whatever stands around a name: owners, sizes, quantisations. */
  readonly names: RegExp;
  /** Absent: it was not taught to fill in, or not in words that are known. */
  readonly template?: templates.FillTemplate;
  /** Begins with a blank where one stands already. */
  readonly leadingBlank?: true;
  /** Begins with the line it is to go on from. */
  readonly echoesLine?: true;
  /** What keeps it from thinking when it stands at the end of a message; beside the field for it, which not every service has. */
  readonly unthinking?: string;
};

/** The first that fits holds; a special name stands before the general one. */
export const families: readonly Family[] = [
  { names: /code-?qwen/, template: templates.starCoder },
  { names: /qwen.*coder/, template: templates.qwenCoder },
  // Later ones think always, or never. https://huggingface.co/Qwen/Qwen3-8B#advanced-usage-switching-between-thinking-and-non-thinking-modes-via-user-input
  { names: /qwen-?3(?!\.)(?!.*(?:2507|next|thinking|instruct|vl))/, unthinking: '/no_think' },
  // Not a size (`granite-8b-code`).
  { names: /granite-?[4-9](?!\d*b)/, template: templates.granite4, echoesLine: true },
  { names: /granite/, template: templates.starCoder, echoesLine: true },
  { names: /star-?coder-?2/, template: templates.starCoder2 },
  { names: /star-?coder|stable-?code|refact/, template: templates.starCoder },
  // The largest ones and those for Python were not taught it.
  { names: /code-?llama(?!.*(?:34b|70b|python))/, template: templates.codeLlama },
  { names: /deepseek-?coder/, template: templates.deepSeekCoder },
  { names: /code-?gemma/, template: templates.codeGemma },
  { names: /mamba-?codestral/ },
  { names: /codestral/, template: templates.codestral, leadingBlank: true },
  { names: /mellum/, template: templates.mellum },
  { names: /seed-?coder/, template: templates.seedCoder },
  { names: /codegeex-?4/, template: templates.codeGeeX },
];

/** Empty for a model that nobody knows. */
export function familyOf(model: string): Omit<Family, 'names'> {
  const name = model.toLowerCase();
  return families.find(({ names }) => names.test(name)) ?? {};
}
