/** Shared by the terminal's commands: the prompt, the request, the output. */
import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AskParams, FileContext } from '../../shared/ask.ts';
import { visibleText, visibleWriter } from '../../shared/hidden-characters.ts';
import { type Ask, UsageError } from './arguments.ts';

const output = visibleWriter((text) => void process.stdout.write(text));
/** Prints what may come from a model: nothing in it controls the terminal. */
export const print = output.write;
/** Nothing more is printed. */
export const endOutput = output.end;
export const printError = (text: string): void => void process.stderr.write(visibleText(text));
export const printJson = (value: unknown): void => print(`${JSON.stringify(value, null, 2)}\n`);

/** From the command line, else from a pipe. An empty one is sent to the server, which rejects it with a sentence. */
export async function promptOf({ prompt }: Ask): Promise<string> {
  if (prompt !== undefined) return prompt;
  if (process.stdin.isTTY) return '';
  return (await process.stdin.setEncoding('utf8').toArray()).join('').trim();
}

/** The params that affect the route, the file among them. */
export async function routeOf(ask: Ask): Promise<Omit<AskParams, 'prompt'>> {
  const { model, role, task } = ask;
  const file = await fileOf(ask);
  return {
    ...(model === undefined ? {} : { model }),
    ...(role === undefined ? {} : { role }),
    ...(task === undefined ? {} : { task }),
    ...(file === undefined ? {} : { file }),
  };
}

/** The file whole; `--lines` is its selection. */
async function fileOf({ file, lines }: Ask): Promise<FileContext | undefined> {
  if (file === undefined) return;
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'does not exist' : `cannot be read (${error.code})`;
    throw new UsageError(`${file} ${why}. Check the path.`);
  });
  // Writing it back would change bytes that are not UTF-8.
  if (!isUtf8(bytes)) throw new UsageError(`${file} is not UTF-8 text. Convert it, or choose another file.`);
  const text = bytes.toString('utf8');
  const count = text.split('\n').length;
  if (lines && lines.first > count)
    throw new UsageError(`${file} has ${count} lines. Choose --lines within them.`);
  return {
    uri: pathToFileURL(file).href,
    languageId: languageIds[extname(file).slice(1)] ?? (extname(file).slice(1) || 'plaintext'),
    text,
    ...(lines
      ? {
          selection: {
            start: { line: lines.first - 1, character: 0 },
            end: { line: lines.last, character: 0 },
          },
        }
      : {}),
  };
}

/** File extensions whose LSP language id is another word. */
const languageIds: Readonly<Record<string, string>> = {
  cc: 'cpp',
  cjs: 'javascript',
  cs: 'csharp',
  h: 'c',
  hpp: 'cpp',
  js: 'javascript',
  jsx: 'javascriptreact',
  kt: 'kotlin',
  md: 'markdown',
  mjs: 'javascript',
  mts: 'typescript',
  ps1: 'powershell',
  py: 'python',
  rb: 'ruby',
  rs: 'rust',
  sh: 'shellscript',
  ts: 'typescript',
  tsx: 'typescriptreact',
  txt: 'plaintext',
  yml: 'yaml',
};
