/** The fill-in-the-middle prompt formats of model families: their special tokens around the parts of a file. */
import type { CodeSnippet } from '../../../shared/chat.ts';
import type { FimTarget } from './fim-target.ts';
import { formatSnippetsAsComment } from './snippet-comment.ts';

type FimParts = Pick<FimTarget, 'prefix' | 'suffix' | 'snippets' | 'languageId' | 'path'>;

export type FimTemplate = {
  format(parts: FimParts): string;
  /** Special tokens that end the answer if the server passes them on as text. */
  readonly stop: readonly string[];
};

/** Whether a text contains special tokens of the template: the model would not read them as text. */
export const containsTemplateToken = (
  { stop }: FimTemplate,
  { prefix, suffix, snippets }: FimParts,
): boolean =>
  stop.some((token) =>
    [prefix, suffix, ...snippets.map(({ text }) => text)].some((text) => text.includes(token)),
  );

/** The server does not know the name of a repository. */
const repositoryName = 'workspace';

const withFinalNewline = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`);

/** Each file after a special token and its name. */
const formatFiles = (token: string, snippets: readonly CodeSnippet[]): string =>
  snippets.map(({ name, text }) => `${token}${name}\n${withFinalNewline(text)}`).join('');

/** Prefix, suffix, middle, each after its token. Snippets of other files become a comment. */
const prefixFirst = (
  [prefix, suffix, middle]: readonly [string, string, string],
  endTokens: readonly string[],
): FimTemplate => ({
  format: (parts) => `${prefix}${prefixWithComment(parts)}${suffix}${parts.suffix}${middle}`,
  stop: [...endTokens, prefix, suffix, middle].map((token) => token.trim()),
});

const prefixWithComment = ({ snippets, languageId, prefix }: FimParts): string =>
  formatSnippetsAsComment(snippets, languageId) + prefix;

const pipedTokens = ['<|fim_prefix|>', '<|fim_suffix|>', '<|fim_middle|>'] as const;
const plainTokens = ['<fim_prefix>', '<fim_suffix>', '<fim_middle>'] as const;

/** https://github.com/QwenLM/Qwen2.5-Coder#3-file-level-code-completion-fill-in-the-middle and the section after it */
export const qwenCoder: FimTemplate = {
  format({ prefix, suffix, snippets, path }) {
    const head =
      snippets.length > 0
        ? `<|repo_name|>${repositoryName}\n${formatFiles('<|file_sep|>', snippets)}<|file_sep|>${path}\n`
        : '';
    return `${head}<|fim_prefix|>${prefix}<|fim_suffix|>${suffix}<|fim_middle|>`;
  },
  stop: ['<|endoftext|>', '<|file_sep|>', '<|repo_name|>', '<|fim_pad|>', '<|im_end|>', ...pipedTokens],
};

/** https://arxiv.org/abs/2402.19173, 5.1: with other files the path is part of the prefix. */
export const starCoder2: FimTemplate = {
  format({ prefix, suffix, snippets, path }) {
    if (snippets.length === 0) return `<fim_prefix>${prefix}<fim_suffix>${suffix}<fim_middle>`;
    const head = `<repo_name>${repositoryName}${formatFiles('<file_sep>', snippets)}<file_sep>`;
    return `${head}<fim_prefix>${path}\n${prefix}<fim_suffix>${suffix}<fim_middle>`;
  },
  stop: ['<|endoftext|>', '<file_sep>', '<repo_name>', ...plainTokens],
};

/** https://huggingface.co/bigcode/starcoder, and models with the same tokens: Stable Code, Refact, CodeQwen, Granite up to 3. */
export const starCoder = prefixFirst(plainTokens, ['<|endoftext|>', '<file_sep>']);

/** Other tokens since Granite 4. https://www.ibm.com/granite/docs/use-cases/prompt-engineering */
export const granite4 = prefixFirst(pipedTokens, ['<|end_of_text|>', '<|fim_pad|>', '<|filename|>']);

/** The spaces are part of its tokens. https://huggingface.co/docs/transformers/model_doc/code_llama */
export const codeLlama = prefixFirst(['<PRE> ', ' <SUF>', ' <MID>'], ['<EOT>']);

/** https://huggingface.co/deepseek-ai/deepseek-coder-1.3b-base */
export const deepSeekCoder = prefixFirst(
  ['<｜fim▁begin｜>', '<｜fim▁hole｜>', '<｜fim▁end｜>'],
  ['<｜end▁of▁sentence｜>', '<|EOT|>'],
);

/** https://ai.google.dev/gemma/docs/codegemma */
export const codeGemma = prefixFirst(pipedTokens, ['<|file_separator|>', '<end_of_turn>', '<eos>']);

/** The suffix first, and no token for the middle. https://huggingface.co/mistralai/Codestral-22B-v0.1 */
export const codestral: FimTemplate = {
  format: (parts) => `[SUFFIX]${parts.suffix}[PREFIX]${codestralPrefix(parts)}`,
  stop: ['[PREFIX]', '[SUFFIX]', '[MIDDLE]'],
};

/** Several files in the format of Codestral's training. */
export const codestralPrefix = ({ snippets, path, prefix }: FimParts): string =>
  snippets.length > 0 ? `${formatFiles('+++++ ', snippets)}+++++ ${path}\n${prefix}` : prefix;

/** https://huggingface.co/JetBrains/Mellum-4b-base */
export const mellum: FimTemplate = {
  format({ prefix, suffix, snippets, path }) {
    const head = snippets.length > 0 ? `${formatFiles('<filename>', snippets)}<filename>${path}\n` : '';
    return `${head}<fim_suffix>${suffix}<fim_prefix>${prefix}<fim_middle>`;
  },
  stop: ['<|endoftext|>', '<filename>', ...plainTokens],
};

/** The suffix first. https://arxiv.org/abs/2506.03524 */
export const seedCoder: FimTemplate = {
  format: (parts) => `<[fim-suffix]>${parts.suffix}<[fim-prefix]>${prefixWithComment(parts)}<[fim-middle]>`,
  stop: ['<[end▁of▁sentence]>', '<[fim-suffix]>', '<[fim-prefix]>', '<[fim-middle]>'],
};

/** A chat message with its own tokens inside. https://github.com/THUDM/CodeGeeX4/blob/main/guides/Infilling_guideline.md */
export const codeGeeX: FimTemplate = {
  format({ prefix, suffix, snippets, path, languageId }) {
    const references = snippets
      .map(({ name, text }) => `###REFERENCE:\n###PATH:${name}\n${withFinalNewline(text)}`)
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
