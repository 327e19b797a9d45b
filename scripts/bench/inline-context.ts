/** Times how context is found for ghost text: 500 open files of 1,000 lines of generated code, and a cursor in one of them. */

import type { CompletionContext } from '../../server/inline-completion/completion-context.ts';
import { contextProvider } from '../../server/inline-completion/context/context-provider.ts';
import { workspaceNames } from '../../server/inline-completion/context/paths.ts';
import {
  cutPrefixAndSuffix,
  fitPrompt,
  type PromptLimits,
  tokenBudgetsFor,
} from '../../server/inline-completion/context/prefix-and-suffix.ts';
import { documentStore } from '../../server/inline-completion/documents.ts';
import { fileAccess } from '../../server/inline-completion/file-access.ts';
import { quantile } from './quantile.ts';
import type { Row } from './row.ts';

const files = 500;
const linesPerFile = 1_000;
const keystrokes = 100;

const folder = 'file:///home/ana/project';
const limits: PromptLimits = { contextTokens: 8_192, outputTokens: 128, private: true };
const uriOf = (file: number) => `${folder}/src/part-${file % 20}/file-${file}.ts`;

export async function inlineContextRows(): Promise<Row[]> {
  const open = documentStore();
  for (let file = 0; file < files; file += 1)
    open.opened({ uri: uriOf(file), languageId: 'typescript', version: 1, text: textOf(file) });
  const provider = contextProvider({ documents: open, nameOf: workspaceNames([folder]) });
  const access = fileAccess({
    languages: {},
    exclude: [],
    localOnly: [],
    maxCharacters: 1_000_000,
    maxLines: 20_000,
  });
  const never = new AbortController().signal;
  const line = linesPerFile / 2;

  /** Types a letter in the middle of the first file. */
  const type = async (version: number): Promise<{ tookMs: number; isComplete: boolean }> => {
    const uri = uriOf(0);
    const position = { line, character: 0 };
    open.changed(uri, version, [{ range: { start: position, end: position }, text: 'x' }]);
    const startedAt = performance.now();
    const document = open.get(uri);
    if (!document) throw new Error('The file is not open.');
    const { text } = document;
    const cursor = document.offsetAt({ line, character: 1 });
    const context: CompletionContext = {
      uri,
      version,
      languageId: 'typescript',
      before: text.slice(0, cursor),
      after: text.slice(cursor),
      indentation: { tabs: false, size: 2 },
      trigger: 'automatic',
    };
    const budgets = tokenBudgetsFor(limits);
    const { snippets, isComplete } = await provider.getContext(
      context,
      {
        model: 'local/bench',
        visibleText: cutPrefixAndSuffix(context, budgets),
        budgetTokens: budgets.snippets,
        mayRead: (file) => access.mayRead(file, limits),
      },
      never,
    );
    fitPrompt(context, limits, snippets);
    return { tookMs: performance.now() - startedAt, isComplete };
  };

  const loopDelay = eventLoopDelay();
  let version = 2;
  const cold: number[] = [];
  for (let isComplete = false; !isComplete && cold.length < 100; version += 1) {
    const typed = await type(version);
    cold.push(typed.tookMs);
    isComplete = typed.isComplete;
  }
  const warm: number[] = [];
  const delays: number[] = [];
  const coldDelay = loopDelay.take();
  for (let count = 0; count < keystrokes; count += 1) {
    warm.push((await type(version + count)).tookMs);
    delays.push(loopDelay.take());
  }
  loopDelay.stop();

  const what = `context for ghost text, ${files} files of ${linesPerFile} lines`;
  return [
    {
      what: `${what}: p50 until all files are read`,
      figure: quantile(cold, 0.5),
      unit: 'ms',
      aim: 50,
      note: `all files read after ${cold.length} keystrokes, the slowest ${Math.max(...cold).toFixed(0)} ms`,
    },
    { what: `${what}: p50`, figure: quantile(warm, 0.5), unit: 'ms' },
    { what: `${what}: p99`, figure: quantile(warm, 0.99), unit: 'ms', aim: 50 },
    {
      what: `${what}: longest event loop delay per keystroke, p95`,
      figure: quantile(delays, 0.95),
      unit: 'ms',
      aim: 5,
      note: `before any file is read: ${coldDelay.toFixed(1)} ms`,
    },
  ];
}

/** The longest delay of the event loop since the last call of `take`, in milliseconds. */
function eventLoopDelay() {
  let longest = 0;
  let lastMs = performance.now();
  let next = setImmediate(function look() {
    const nowMs = performance.now();
    longest = Math.max(longest, nowMs - lastMs);
    lastMs = nowMs;
    next = setImmediate(look);
  });
  return {
    take(): number {
      const longestMs = longest;
      longest = 0;
      return longestMs;
    },
    stop: () => clearImmediate(next),
  };
}

const things = [
  'invoice',
  'weather',
  'session',
  'ledger',
  'ticket',
  'engine',
  'window',
  'parser',
  'socket',
  'budget',
];
const verbs = ['load', 'store', 'update', 'render', 'check', 'merge', 'split', 'count'];

/** Functions of ten lines about things that several files share. The same each time. */
function textOf(file: number): string {
  const lines: string[] = ["import { shared } from './file-20.ts';", ''];
  for (let part = 0; lines.length < linesPerFile; part += 1) {
    const thing = `${things[(file + part) % things.length]}${(file * 7 + part) % 40}`;
    const verb = verbs[(file * 3 + part) % verbs.length];
    lines.push(
      `export function ${verb}_${thing}(${thing}: Shared${file % 13}, options: Options${part % 9}): void {`,
      ...Array.from(
        { length: 7 },
        (_, step) =>
          `  ${thing}.step${step} = ${verb}Field${(part + step) % 17}(options.value${step}, shared${file % 31});`,
      ),
      '}',
      '',
    );
  }
  return lines.join('\n');
}
