/**
 * What a coder's answer is: the new code and the range that it replaces, or why its text is not offered as code. What is
 * not the whole new code is put together with the file's own lines where that is certain, else requested once more, else
 * shown as text.
 */
import type { FileContext } from '../../shared/ask.ts';
import type { CodeAnswer } from '../../shared/protocol.ts';
import { bareCode, isProseLanguage } from './bare-answer.ts';
import { chooseBlocks } from './choose-block.ts';
import { isFragment, spliceFragments } from './code-fragments.ts';
import { type CodeProblem, emptyBlock, fragment, leftOut, noCode, severalBlocks } from './code-issues.ts';
import { type CodePlace, codeLines, codePlaceOf, isWholeFile, toCodeAnswer } from './code-place.ts';
import { hasEdits, readEdits } from './edit-answer.ts';
import { languageIdOf } from './language-ids.ts';
import { type CodeBlock, codeBlocks, isDocumentLanguage } from './markdown-blocks.ts';
import { omissionsIn } from './omissions.ts';
import { spliceOmissions } from './splice-omissions.ts';
import { unwrapAnswer } from './unwrap-answer.ts';

export type CodeReading = { readonly code: CodeAnswer } | CodeProblem;

export type CoderRequest = {
  /** The file of the request. Absent: the code is for no file. */
  readonly file?: FileContext;
  /** What the user asked for. */
  readonly prompt?: string;
};

/** Reads a whole answer. */
export function readCode(answer: string, { file, prompt = '' }: CoderRequest = {}): CodeReading {
  const text = withoutThoughts(answer);
  const place = file && codePlaceOf(file);
  const edits = place && readEdits(text, place);
  if (edits) return edits;
  const parsed = codeBlocks(text, file?.languageId);
  if (parsed.blocks.length === 0 || (place && isBareDocument(text, parsed.blocks, place)))
    return readBare(text, place, prompt);
  const chosen = chooseBlocks(parsed.blocks, place?.replaced);
  switch (chosen.type) {
    case 'none':
      return { issue: noCode(parsed) };
    case 'one':
      if (isProseBlock(chosen.block, file))
        return { issue: noCode({ blocks: [], after: chosen.block.text }) };
      return readOne(chosen.block.text, chosen.block.language, place, prompt);
    case 'several':
      return place ? readSeveral(chosen.blocks, place) : { issue: noCode(parsed) };
  }
}

/** The code of an answer that is still growing, for previews. `undefined`: there is none yet that could be shown. */
export function codeSoFar(answer: string, file?: FileContext): CodeAnswer | undefined {
  const text = withoutThoughts(answer);
  const place = file && codePlaceOf(file);
  if (/^\s*<think(?:ing)?>/i.test(text) || (place && hasEdits(text, place))) return undefined;
  const { blocks } = codeBlocks(text, file?.languageId);
  if (blocks.length === 0) {
    // The first line may be prose, or a fence that is arriving.
    const bare =
      /\n/.test(text.trim()) && !/(?:^|\n)[ \t]*[`~]{1,2}$/.test(text)
        ? bareCode(text, file?.languageId)
        : undefined;
    return bare === undefined ? undefined : toCodeAnswer(bare, '', place);
  }
  const chosen = chooseBlocks(blocks, place?.replaced);
  const block =
    chosen.type === 'one' ? chosen.block : chosen.type === 'several' ? chosen.blocks.at(-1) : undefined;
  return block && toCodeAnswer(block.text, block.language, place);
}

/** A question or a refusal between fences. */
const isProseBlock = ({ text, language }: CodeBlock, file?: FileContext): boolean =>
  /^(?:text|txt|plaintext|none)?$/.test(language) &&
  text.trim() !== '' &&
  file !== undefined &&
  !isProseLanguage(file.languageId) &&
  bareCode(text, file.languageId) === undefined;

/** A document without a fence around it, whose own blocks are part of it. */
function isBareDocument(text: string, blocks: readonly CodeBlock[], { file, replaced }: CodePlace): boolean {
  if (!isDocumentLanguage(file.languageId)) return false;
  if (blocks.some(({ language }) => isDocumentLanguage(language))) return false;
  const [first = ''] = text.trimStart().split('\n', 1);
  const [own = ''] = replaced.text.trimStart().split(/\r?\n/, 1);
  // The replaced part is such a block, or the answer begins like a document.
  if (/^(?:`{3,}|~{3,})/.test(first)) return first.trim() === own.trim() && /(?:```|~~~)\s*$/.test(text);
  return (
    (own !== '' && first.trim() === own.trim()) ||
    /^(?:#{1,6} |---$|<!--|[-*+] |\d+[.)] |[|>])/.test(first.trim())
  );
}

/** Reasoning before the answer stays in its text where the conversation itself contains such tags. */
const withoutThoughts = (answer: string): string =>
  answer.replace(/^\ufeff/, '').replace(/^\s*<(think(?:ing)?)>[\s\S]*?<\/\1>\s*(?=\S)/i, '');

function readBare(text: string, place: CodePlace | undefined, prompt: string): CodeReading {
  // Reasoning that was cut.
  const code = /^\s*<think(?:ing)?>/i.test(text) ? undefined : bareCode(text, place?.file.languageId);
  if (code === undefined) return { issue: noCode({ blocks: [], after: text }) };
  return readOne(unwrapAnswer(code, place?.replaced), '', place, prompt);
}

function readOne(code: string, language: string, place: CodePlace | undefined, prompt: string): CodeReading {
  const lines = code.split('\n');
  if (!place) {
    const [omission] = omissionsIn(lines, [], languageIdOf(language)).filter(
      (at) => !/^\W*$/.test(lines[at] ?? ''),
    );
    return omission === undefined ? { code: toCodeAnswer(code, language) } : leftOut(lines[omission] ?? '');
  }
  const { file, replaced } = place;
  if (isWholeFile(place) && code.trim() === '' && replaced.text.trim() !== '') return { issue: emptyBlock };
  const original = codeLines(replaced.text);
  const [omission] = omissionsIn(lines, original, file.languageId);
  if (omission !== undefined) {
    // With the indentation of its place, like the lines between which it is put.
    const fitted = codeLines(toCodeAnswer(code, language, place).text);
    const whole = spliceOmissions(fitted, original, file.languageId);
    return whole
      ? { code: toCodeAnswer(whole.join('\n'), language, place) }
      : leftOut(lines[omission] ?? '', place);
  }
  if (isWholeFile(place) && isFragment(lines, original, prompt)) {
    const whole = spliceFragments([lines], original);
    return whole ? { code: toCodeAnswer(whole.join('\n'), language, place) } : fragment(lines, original);
  }
  return { code: toCodeAnswer(code, language, place) };
}

/** Parts of a file that one answer changes. */
const maxParts = 30;

/** Several blocks of new code: parts of the file, each in its place. */
function readSeveral(blocks: readonly CodeBlock[], place: CodePlace): CodeReading {
  const original = codeLines(place.replaced.text);
  const parts = blocks.map(({ text }) => text.split('\n'));
  const hasOmissions = parts.some((lines) => omissionsIn(lines, original, place.file.languageId).length > 0);
  const whole =
    isWholeFile(place) && !hasOmissions && blocks.length <= maxParts
      ? spliceFragments(parts, original)
      : undefined;
  return whole ? { code: toCodeAnswer(whole.join('\n'), '', place) } : severalBlocks(blocks.length, place);
}
