/** What is particular about families of code models, recognised by their names. */
import * as templates from './fim-templates.ts';

export type CodeModelFamily = {
  /** Matches a model name in lower case, which may include owner, size and quantisation. */
  readonly namePattern: RegExp;
  /** Absent: the family was not trained to fill in the middle, or its format is not documented. */
  readonly template?: templates.FimTemplate;
  /** Its text begins with a space although the prefix ends with one. */
  readonly leadingBlank?: true;
  /** Its text begins with the line that it should continue. */
  readonly echoesLine?: true;
  /** At the end of a message it keeps the model from thinking, in addition to the request field, which not every service has. */
  readonly noThinkSuffix?: string;
};

/** The first match applies: special names come before general ones. */
export const codeModelFamilies: readonly CodeModelFamily[] = [
  { namePattern: /code-?qwen/, template: templates.starCoder },
  { namePattern: /qwen(?:(?!qwen).)*coder/s, template: templates.qwenCoder },
  // Later models always think, or never. https://huggingface.co/Qwen/Qwen3-8B#advanced-usage-switching-between-thinking-and-non-thinking-modes-via-user-input
  { namePattern: /qwen-?3(?!\.)(?!.*(?:2507|next|thinking|instruct|vl))/, noThinkSuffix: '/no_think' },
  // The digit must not be a size (`granite-8b-code`).
  { namePattern: /granite-?[4-9](?!\d*b)/, template: templates.granite4, echoesLine: true },
  { namePattern: /granite/, template: templates.starCoder, echoesLine: true },
  { namePattern: /star-?coder-?2/, template: templates.starCoder2 },
  { namePattern: /star-?coder|stable-?code|refact/, template: templates.starCoder },
  // The largest models and those for Python were not trained for it.
  { namePattern: /code-?llama(?!.*(?:34b|70b|python))/, template: templates.codeLlama },
  { namePattern: /deepseek-?coder/, template: templates.deepSeekCoder },
  { namePattern: /code-?gemma/, template: templates.codeGemma },
  { namePattern: /mamba-?codestral/ },
  { namePattern: /codestral/, template: templates.codestral, leadingBlank: true },
  { namePattern: /mellum/, template: templates.mellum },
  { namePattern: /seed-?coder/, template: templates.seedCoder },
  { namePattern: /codegeex-?4/, template: templates.codeGeeX },
];

/** Empty for an unknown model. */
export function codeModelFamilyOf(model: string): Omit<CodeModelFamily, 'namePattern'> {
  const lowerCaseName = model.toLowerCase();
  return codeModelFamilies.find(({ namePattern }) => namePattern.test(lowerCaseName)) ?? {};
}
