/** The scheduler's own time in a document of 5,000 lines: beyond the debounce, and without a request. */
import type { CompletionContext } from '../../server/inline-completion/completion-context.ts';
import type { CompletionGenerator } from '../../server/inline-completion/generator.ts';
import { createScheduler } from '../../server/inline-completion/scheduler.ts';
import { quantile } from '../bench/quantile.ts';
import type { Row } from '../bench/row.ts';
import { renderer, settings } from './typists.ts';

const lines = 5_000;
const rounds = 200;

export async function overheadRows(): Promise<readonly Row[]> {
  let sentAt = 0;
  const generator: CompletionGenerator = {
    // Slower than the debounce: each request is sent at once.
    chooseModel: () => ({ model: 'bench/model', length: 'line', usualMs: 10_000, free: false }),
    async generate() {
      sentAt = performance.now();
      return { model: 'bench/model', format: 'fill', text: output() };
    },
  };
  const ghost = createScheduler({ generator, renderer, settings: () => settings });
  const toRequest: number[] = [];
  const typingAsSuggested: number[] = [];
  const cached: number[] = [];
  let version = 0;
  const suggest = async (line: number, typed: string): Promise<number> => {
    const context = at(line, typed, ++version);
    const since = performance.now();
    ghost.changed(context.uri, version);
    const offers = await ghost.suggest(context, new AbortController().signal);
    if (offers.length !== 1) throw new Error(`No suggestion at line ${line} after ${typed}.`);
    return performance.now() - since;
  };
  for (let round = 0; round < rounds; round++) {
    const line = lines - 2 * rounds + 2 * round;
    const since = performance.now();
    await suggest(line, 'const total = ');
    toRequest.push(sentAt - since);
    typingAsSuggested.push(await suggest(line, 'const total = com'));
  }
  for (let round = 0; round < rounds; round++)
    cached.push(await suggest(lines - 2 * rounds + 2 * round, 'const total = '));
  return [
    {
      what: `keystroke to request beyond the debounce, ${lines} lines, p95`,
      figure: quantile(toRequest, 0.95),
      unit: 'ms',
      aim: 10,
    },
    {
      what: `typing-as-suggested suggestion, ${lines} lines, p95`,
      figure: quantile(typingAsSuggested, 0.95),
      unit: 'ms',
      aim: 5,
    },
    { what: `cached suggestion, ${lines} lines, p95`, figure: quantile(cached, 0.95), unit: 'ms', aim: 5 },
  ];
}

async function* output(): AsyncGenerator<string> {
  yield 'compute(first, second);\n';
}

const text = Array.from(
  { length: lines },
  (_, line) => `  const value${line} = measure(${line}, 'a line of code');`,
);

/** New strings each time, as for a changing document. */
const at = (line: number, typed: string, version: number): CompletionContext => ({
  uri: 'file:///bench/large.ts',
  version,
  languageId: 'typescript',
  before: `${text.slice(0, line).join('\n')}\n  ${typed}`,
  after: `\n${text.slice(line).join('\n')}\n`,
  indentation: { tabs: false, size: 2 },
  trigger: 'automatic',
});
