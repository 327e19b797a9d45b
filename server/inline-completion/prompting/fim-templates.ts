/** How families of models were taught to fill in the middle: their words around the parts of a file, as one prompt. */
import type { Excerpt } from '../../../shared/chat.ts';
import { asComment } from './file-comment.ts';
import type { FimTarget } from './fim-target.ts';

type Parts = Pick<FimTarget, 'prefix' | 'suffix' | 'extra' | 'languageId' | 'path'>;

export type FillTemplate = {
  write(parts: Parts): string;
  /** Words that end the answer where the server shows them; its own end ends it by itself. */
  readonly stop: readonly string[];
};

/** Whether a text has words in it that a template gives a meaning: written about as text, they would be read as such. */
export const holdsWords = ({ stop }: FillTemplate, { prefix, suffix, extra }: Parts): boolean =>
  stop.some((word) => [prefix, suffix, ...extra.map(({ text }) => text)].some((text) => text.includes(word)));

/** Repositories have no name here. */
const repository = 'workspace';

const ended = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`);

/** Each after a word and its name. */
const filesAfter = (word: string, extra: readonly Excerpt[]): string =>
  extra.map(({ name, text }) => `${word}${name}\n${ended(text)}`).join('');

/** Prefix, suffix, middle, each behind its word. Other files stand in a comment. */
const prefixFirst = (
  [prefix, suffix, middle]: readonly [string, string, string],
  ends: readonly string[],
): FillTemplate => ({
  write: (parts) => `${prefix}${commented(parts)}${suffix}${parts.suffix}${middle}`,
  stop: [...ends, prefix, suffix, middle].map((word) => word.trim()),
});

const commented = ({ extra, languageId, prefix }: Parts): string => asComment(extra, languageId) + prefix;

const piped = ['<|fim_prefix|>', '<|fim_suffix|>', '<|fim_middle|>'] as const;
const plain = ['<fim_prefix>', '<fim_suffix>', '<fim_middle>'] as const;

/** https://github.com/QwenLM/Qwen2.5-Coder#3-file-level-code-completion-fill-in-the-middle and the section after it */
export const qwenCoder: FillTemplate = {
  write({ prefix, suffix, extra, path }) {
    const head =
      extra.length > 0
        ? `<|repo_name|>${repository}\n${filesAfter('<|file_sep|>', extra)}<|file_sep|>${path}\n`
        : '';
    return `${head}<|fim_prefix|>${prefix}<|fim_suffix|>${suffix}<|fim_middle|>`;
  },
  stop: ['<|endoftext|>', '<|file_sep|>', '<|repo_name|>', '<|fim_pad|>', '<|im_end|>', ...piped],
};

/** https://arxiv.org/abs/2402.19173, 5.1: with other files the path belongs to the prefix. */
export const starCoder2: FillTemplate = {
  write({ prefix, suffix, extra, path }) {
    if (extra.length === 0) return `<fim_prefix>${prefix}<fim_suffix>${suffix}<fim_middle>`;
    const head = `<repo_name>${repository}${filesAfter('<file_sep>', extra)}<file_sep>`;
    return `${head}<fim_prefix>${path}\n${prefix}<fim_suffix>${suffix}<fim_middle>`;
  },
  stop: ['<|endoftext|>', '<file_sep>', '<repo_name>', ...plain],
};

/** https://huggingface.co/bigcode/starcoder, and those who took its words: Stable Code, Refact, CodeQwen, Granite up to 3. */
export const starCoder = prefixFirst(plain, ['<|endoftext|>', '<file_sep>']);

/** Other words since Granite 4. https://www.ibm.com/granite/docs/use-cases/prompt-engineering */
export const granite4 = prefixFirst(piped, ['<|end_of_text|>', '<|fim_pad|>', '<|filename|>']);

/** The blanks are part of its words. https://huggingface.co/docs/transformers/model_doc/code_llama */
export const codeLlama = prefixFirst(['<PRE> ', ' <SUF>', ' <MID>'], ['<EOT>']);

/** https://huggingface.co/deepseek-ai/deepseek-coder-1.3b-base */
export const deepSeekCoder = prefixFirst(
  ['<｜fim▁begin｜>', '<｜fim▁hole｜>', '<｜fim▁end｜>'],
  ['<｜end▁of▁sentence｜>', '<|EOT|>'],
);

/** https://ai.google.dev/gemma/docs/codegemma */
export const codeGemma = prefixFirst(piped, ['<|file_separator|>', '<end_of_turn>', '<eos>']);

/** The suffix first, and no word for the middle. https://huggingface.co/mistralai/Codestral-22B-v0.1 */
export const codestral: FillTemplate = {
  write: (parts) => `[SUFFIX]${parts.suffix}[PREFIX]${codestralPrefix(parts)}`,
  stop: ['[PREFIX]', '[SUFFIX]', '[MIDDLE]'],
};

/** Files as Codestral was shown several of them. */
export const codestralPrefix = ({ extra, path, prefix }: Parts): string =>
  extra.length > 0 ? `${filesAfter('+++++ ', extra)}+++++ ${path}\n${prefix}` : prefix;

/** https://huggingface.co/JetBrains/Mellum-4b-base */
export const mellum: FillTemplate = {
  write({ prefix, suffix, extra, path }) {
    const head = extra.length > 0 ? `${filesAfter('<filename>', extra)}<filename>${path}\n` : '';
    return `${head}<fim_suffix>${suffix}<fim_prefix>${prefix}<fim_middle>`;
  },
  stop: ['<|endoftext|>', '<filename>', ...plain],
};

/** The suffix first. https://arxiv.org/abs/2506.03524 */
export const seedCoder: FillTemplate = {
  write: (parts) => `<[fim-suffix]>${parts.suffix}<[fim-prefix]>${commented(parts)}<[fim-middle]>`,
  stop: ['<[end▁of▁sentence]>', '<[fim-suffix]>', '<[fim-prefix]>', '<[fim-middle]>'],
};

/** A turn of chat with its own words inside. https://github.com/THUDM/CodeGeeX4/blob/main/guides/Infilling_guideline.md */
export const codeGeeX: FillTemplate = {
  write({ prefix, suffix, extra, path, languageId }) {
    const references = extra
      .map(({ name, text }) => `###REFERENCE:\n###PATH:${name}\n${ended(text)}`)
      .join('');
    const task = `###PATH:${path}\n###LANGUAGE:${languageId}\n###MODE:BLOCK\n`;
    const code = `<|code_suffix|>${suffix}<|code_prefix|>${prefix}<|code_middle|>`;
    return `<|user|>\n${references}${task}${code}<|assistant|>\n`;
  },
  stop: [
    '<|endoftext|>',
    '<|user|>',
    '<|assistant|>',
    '<|code_suffix|>',
    '<|code_prefix|>',
    '<|code_middle|>',
  ],
};
