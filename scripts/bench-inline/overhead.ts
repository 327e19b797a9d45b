/** What asking itself takes, in real time, in a document of 5,000 lines: beyond the debounce, and where nobody need be asked. */
import type { CompletionContext } from '../../server/inline-completion/completion-context.ts';
import type { CompletionGenerator } from '../../server/inline-completion/generator.ts';
import { scheduler } from '../../server/inline-completion/scheduler.ts';
import { quantile } from '../bench/quantile.ts';
import type { Row } from '../bench/row.ts';
import { renderer, settings } from './typists.ts';

const lines = 5_000;
const rounds = 200;

export async function overheadRows(): Promise<readonly Row[]> {
  let askedAt = 0;
  const generator: CompletionGenerator = {
    // Slower than the debounce: each question is asked at once.
    chooseModel: () => ({ model: 'bench/model', length: 'line', usualMs: 10_000, free: false }),
    async generate() {
      askedAt = performance.now();
      return { model: 'bench/model', format: 'fill', text: said() };
    },
  };
  const ghost = scheduler({ generator, renderer, settings: () => settings });
  const toQuestion: number[] = [];
  const typedThrough: number[] = [];
  const cached: number[] = [];
  let version = 0;
  const suggest = async (line: number, typed: string): Promise<number> => {
    const context = at(line, typed, ++version);
    const since = performance.now();
    ghost.changed(context.uri, version);
    const offers = await ghost.suggest(context, new AbortController().signal);
    if (offers.length !== 1) throw new Error(`Nothing was offered at line ${line} after ${typed}.`);
    return performance.now() - since;
  };
  for (let round = 0; round < rounds; round++) {
    const line = lines - 2 * rounds + 2 * round;
    const since = performance.now();
    await suggest(line, 'const total = ');
    toQuestion.push(askedAt - since);
    typedThrough.push(await suggest(line, 'const total = com'));
  }
  for (let round = 0; round < rounds; round++)
    cached.push(await suggest(lines - 2 * rounds + 2 * round, 'const total = '));
  return [
    {
      what: `keystroke to question beyond the debounce, ${lines} lines, p95`,
      figure: quantile(toQuestion, 0.95),
      unit: 'ms',
      aim: 10,
    },
    {
      what: `typed-through suggestion, ${lines} lines, p95`,
      figure: quantile(typedThrough, 0.95),
      unit: 'ms',
      aim: 5,
    },
    { what: `cached suggestion, ${lines} lines, p95`, figure: quantile(cached, 0.95), unit: 'ms', aim: 5 },
  ];
}

async function* said(): AsyncGenerator<string> {
  yield 'compute(first, second);\n';
}

const text = Array.from(
  { length: lines },
  (_, line) => `  const value${line} = measure(${line}, 'a line of code');`,
);

/** Cut anew each time, as a server does whose documents change. */
const at = (line: number, typed: string, version: number): CompletionContext => ({
  uri: 'file:///bench/large.ts',
  version,
  languageId: 'typescript',
  before: `${text.slice(0, line).join('\n')}\n  ${typed}`,
  after: `\n${text.slice(line).join('\n')}\n`,
  indentation: { tabs: false, size: 2 },
  trigger: 'automatic',
});
