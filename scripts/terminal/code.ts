/** `code`: prints code, or the diff of a file, and writes the file only with `--write`. */
import { readFile, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { receiptLine, receiptSection, takeoverWarning } from '../../client/format/receipt.ts';
import { offsetsOf } from '../../server/edits/text-range.ts';
import type { AskParams } from '../../shared/ask.ts';
import {
  type HiddenCharacter,
  hiddenCharacters,
  hiddenCharactersText,
  visibleText,
} from '../../shared/hidden-characters.ts';
import type { AskResult, CodeAnswer } from '../../shared/protocol.ts';
import { type Ask, whereUserStands } from './arguments.ts';
import type { TerminalServer } from './server.ts';
import { print, printError, printJson, promptOf, routeOf } from './shared.ts';
import { announce } from './text.ts';

/** There is an answer, and the file stays as it was. The message is one sentence with one action. */
export class Unwritten extends Error {}

export async function code(ask: Ask, server: TerminalServer, signal: AbortSignal): Promise<void> {
  const route = await routeOf(ask);
  const { file } = route;
  const params = { ...route, role: 'coder', prompt: await promptOf(ask), useCache: ask.useCache };
  const result = await whole(params, server, signal);
  const { text = '', range } = result.code ?? {};
  if (ask.json) printJson(result);
  if (result.codeIssue) {
    if (!ask.json) print(`${result.text}\n`);
    printError(`\n${receiptLine(result.receipt)}\n`);
    throw new Unwritten(`${result.codeIssue.message} Nothing was written; ask in other words.`);
  }
  if (!file || ask.file === undefined || !range) {
    if (!ask.json) print(`${text}\n`);
    printError(`\n${receiptSection(result.receipt, result.text)}`);
    return;
  }

  const { start, end } = offsetsOf(file.text, range);
  const changed = file.text.slice(0, start) + text + file.text.slice(end);
  const name = relative(whereUserStands(), ask.file) || ask.file;
  if (!ask.json)
    print(
      createTwoFilesPatch(name, name, file.text, changed, '', '', {
        context: 3,
        headerOptions: FILE_HEADERS_ONLY,
      }),
    );
  printError(`\n${receiptLine(result.receipt)}\n`);
  const writers = takeoverWarning(result.receipt);
  if (writers) printError(`${writers}\n`);
  const { finishReason } = result.receipt;
  if (finishReason === 'length') {
    throw new Unwritten(
      'The model reached its output limit, so the change is cut. Nothing was written; ask for less at once.',
    );
  }
  if (finishReason === 'content-filter') {
    throw new Unwritten(
      'The service’s content policy cut the answer. Nothing was written; ask in other words.',
    );
  }
  if (!ask.write) {
    printError('Nothing was written. Add --write to change the file.\n');
    return;
  }
  await confirmHidden(name, hiddenCharacters(text, file.text));
  // The file may have changed while the model answered.
  if ((await readFile(ask.file, 'utf8')) !== file.text) {
    throw new Unwritten(`${name} changed while the answer was generated. Nothing was written; ask again.`);
  }
  await writeFile(ask.file, changed);
  printError(`${name} was changed.\n`);
}

/** Asks before hidden characters are written; without a terminal nothing is. @throws Unwritten */
async function confirmHidden(name: string, found: readonly HiddenCharacter[]): Promise<void> {
  if (found.length === 0) return;
  const where = `The code has characters that are not shown (${hiddenCharactersText(found)}).`;
  if (process.stdin.isTTY && process.stderr.isTTY) {
    const dialog = createInterface({ input: process.stdin, output: process.stderr });
    const reply = await dialog.question(`${where} Write them to ${visibleText(name)}? [y/N] `);
    dialog.close();
    if (/^y(?:es)?$/i.test(reply.trim())) return;
  }
  throw new Unwritten(`${where} Nothing was written; ask for code without them, or confirm in a terminal.`);
}

/** The answer; when it breaks off, the code so far goes to stderr, where it is not taken for the whole. */
async function whole(params: AskParams, server: TerminalServer, signal: AbortSignal): Promise<AskResult> {
  let soFar: CodeAnswer | undefined;
  try {
    return await server.ask(
      params,
      (part) => {
        announce(part);
        if (part.type === 'code') soFar = part.code;
      },
      signal,
    );
  } catch (error) {
    if (soFar?.text) printError(`\n${soFar.text}\n\nThe code above is incomplete.\n`);
    throw error;
  }
}
