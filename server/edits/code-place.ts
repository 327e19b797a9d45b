/** The place in a file that code replaces, and the code fitted into it. */
import type { Range } from 'vscode-languageserver-protocol';
import type { FileContext } from '../../shared/ask.ts';
import type { CodeAnswer } from '../../shared/protocol.ts';
import type { ReplacedCode } from './choose-block.ts';
import { fitCode, type Span } from './fit-code.ts';
import { languageIdOf } from './language-ids.ts';
import { isWholeAnswer, selectedPart } from './selected-part.ts';
import { offsetsOf, wholeRange } from './text-range.ts';

export type CodePlace = {
  readonly file: FileContext;
  readonly range: Range;
  readonly span: Span;
  readonly replaced: ReplacedCode;
};

export function codePlaceOf(file: FileContext): CodePlace {
  const range = file.selection ?? wholeRange(file.text);
  const span = offsetsOf(file.text, range);
  const name =
    file.uri
      .replace(/[?#].*$/s, '')
      .split(/[\\/]/)
      .at(-1) ?? '';
  const text = file.text.slice(span.start, span.end);
  return { file, range, span, replaced: { name, languageId: file.languageId, text, fileText: file.text } };
}

/** Whether the code replaces all of the file. */
export const isWholeFile = ({ file, span }: CodePlace): boolean =>
  span.start === 0 && span.end === file.text.length;
/** The lines of a text, without its byte order mark. */
export const codeLines = (text: string): string[] => text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/);

/** The model answered for a selection with the whole file, and changed lines around the selection, too. */
function wholeFileAnswer(code: string, file: FileContext, span: Span): CodePlace | undefined {
  if (!isWholeAnswer(code, file.text, span)) return undefined;
  return codePlaceOf({ uri: file.uri, languageId: file.languageId, text: file.text });
}

/**
 * @param code with `\n` as line end
 * @param language the word after its fence
 */
export function toCodeAnswer(code: string, language: string, place?: CodePlace): CodeAnswer {
  if (!place) return { text: code.replace(/^\ufeff/, ''), languageId: languageIdOf(language) || null };
  const whole = isWholeFile(place) ? undefined : wholeFileAnswer(code, place.file, place.span);
  const { file, range, span } = whole ?? place;
  const part = selectedPart(code, file.text, span);
  return { text: fitCode(part, file.text, span, file.languageId), languageId: file.languageId, range };
}
