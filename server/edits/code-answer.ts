/** Extracts the code of a coder's answer and the range it replaces; also from a partial answer, for previews. */
import type { FileContext } from '../../shared/ask.ts';
import type { CodeAnswer } from '../../shared/protocol.ts';
import { offsetsOf, wholeRange } from './text-range.ts';

/**
 * @param answer the text so far
 * @param file the file of the request. Absent: the code is for no file
 */
export function codeAnswer(answer: string, file?: FileContext): CodeAnswer {
  const { code, language } = fenced(answer) ?? { code: plain(answer), language: '' };
  if (!file) return { text: code, languageId: languageIds[language] ?? (language || null) };

  const range = file.selection ?? wholeRange(file.text);
  const { start, end } = offsetsOf(file.text, range);
  return { text: fit(code, file.text, start, end), languageId: file.languageId, range };
}

/** The longest fenced block, without the prose that a model may add against its instructions. `undefined`: no fence. */
function fenced(answer: string): { code: string; language: string } | undefined {
  let best: { code: string; language: string } | undefined;
  for (const match of answer.matchAll(
    /^([ \t]*)(`{3,}|~{3,})([^\n`]*)\n([\s\S]*?)(?:\n?^[ \t]*\2[ \t]*$|$(?![\s\S]))/gm,
  )) {
    const [, , , info = '', code = ''] = match;
    if (!best || code.length > best.code.length) {
      best = {
        code: code.replace(/\n`{1,2}$/, ''),
        language: info.trim().split(/[\s{]/)[0]?.toLowerCase() ?? '',
      };
    }
  }
  return best;
}

/** An answer without a fence, unless it is the start of one. */
const plain = (answer: string): string =>
  /(?:^|\n)[ \t]*(?:`{1,2}|(?:`{3,}|~{3,})[^\n]*)$/.test(answer) ? '' : answer.replace(/^\n+/, '').trimEnd();

/** Uses the file's line ends, and ends with one when the replaced text did. */
function fit(code: string, text: string, start: number, end: number): string {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const replaced = text.slice(start, end);
  const body = code.replace(/\r?\n/g, newline);
  const wanted = replaced.endsWith('\n') || (replaced === '' && start > 0 && isWholeLine(text, start));
  return wanted && body !== '' && !body.endsWith('\n') ? body + newline : body;
}

/** An insertion at the start of a line with text would join that text. */
const isWholeLine = (text: string, at: number): boolean =>
  text[at - 1] === '\n' && at < text.length && text[at] !== '\n' && text[at] !== '\r';

/** Common names after a fence that differ from VS Code's language id. */
const languageIds: Readonly<Record<string, string>> = {
  bash: 'shellscript',
  'c#': 'csharp',
  'c++': 'cpp',
  cs: 'csharp',
  docker: 'dockerfile',
  golang: 'go',
  js: 'javascript',
  jsx: 'javascriptreact',
  kt: 'kotlin',
  md: 'markdown',
  ps1: 'powershell',
  py: 'python',
  python3: 'python',
  rb: 'ruby',
  rs: 'rust',
  sh: 'shellscript',
  shell: 'shellscript',
  text: 'plaintext',
  ts: 'typescript',
  tsx: 'typescriptreact',
  txt: 'plaintext',
  yml: 'yaml',
  zsh: 'shellscript',
};
