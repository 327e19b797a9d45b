/** Parses the command line; invalid arguments are reported with one sentence. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type TaskType, taskTypes } from '../../shared/tasks.ts';

export const usage = `Usage:
  npm start                                        open VS Code with Rumbo
  npm start -- plan "what to plan" [--file x.ts]   a plan, streamed
  npm start -- code "what to change" [--file x.ts] [--lines 3-9] [--write]
                                                   code, or a diff of the file; --write changes the file
  npm start -- explain "a prompt" [--role coder] [--file x.ts]
                                                   which model would answer, why, for how much; sends nothing
  npm start -- status                              providers, models, today's cost

Options:
  --config file.json     settings, with the same keys as VS Code's (rumbo.routing.strategy, …)
  --model provider/name  pin a model for this request
  --task type            ${taskTypes.join(', ')}
  --no-cache             ask again, whatever is remembered
  --json                 the result as JSON on standard output

Without a prompt it is read from standard input.
`;

export class UsageError extends Error {}

const names = ['plan', 'code', 'explain', 'status', 'help'] as const;

export type Ask = {
  readonly command: (typeof names)[number];
  /** Absent: to be read from standard input. */
  readonly prompt?: string;
  /** Absolute. */
  readonly file?: string;
  /** One-based, both inclusive. */
  readonly lines?: { readonly first: number; readonly last: number };
  readonly write: boolean;
  /** Absolute. */
  readonly config?: string;
  readonly model?: string;
  readonly role?: string;
  readonly task?: TaskType;
  readonly useCache: boolean;
  readonly json: boolean;
};

/** The user's folder: npm changes to the package's before it runs a script, and passes the first one on. */
export const whereUserStands = (): string => process.env['INIT_CWD'] ?? process.cwd();

/** @throws UsageError */
export function readArguments(words: readonly string[]): Ask {
  const { values, positionals } = parse(words);
  const [name = 'help', ...rest] = positionals;
  const command = values.help ? 'help' : names.find((each) => each === name);
  if (!command)
    throw new UsageError(`There is no command ${JSON.stringify(name)}. Use one of ${names.join(', ')}.`);
  if (values.file !== undefined && !['code', 'explain', 'plan'].includes(command)) {
    throw new UsageError(`${command} takes no --file.`);
  }
  if ((values.write || values.lines !== undefined) && (command !== 'code' || values.file === undefined)) {
    throw new UsageError('--write and --lines go with code and --file.');
  }
  const task = taskTypes.find((each) => each === values.task);
  if (values.task !== undefined && !task)
    throw new UsageError(`--task must be one of ${taskTypes.join(', ')}.`);
  const prompt = rest.join(' ');
  const at = (path: string) => resolve(whereUserStands(), path);
  return {
    command,
    write: values.write,
    useCache: !values['no-cache'],
    json: values.json,
    ...(prompt === '' ? {} : { prompt }),
    ...(values.file === undefined ? {} : { file: at(values.file) }),
    ...(values.lines === undefined ? {} : { lines: lineRange(values.lines) }),
    ...(values.config === undefined ? {} : { config: at(values.config) }),
    ...(values.model === undefined ? {} : { model: values.model }),
    ...(values.role === undefined ? {} : { role: values.role }),
    ...(task === undefined ? {} : { task }),
  };
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        file: { type: 'string' },
        lines: { type: 'string' },
        write: { type: 'boolean', default: false },
        config: { type: 'string' },
        model: { type: 'string' },
        role: { type: 'string' },
        task: { type: 'string' },
        'no-cache': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    const [sentence] = (error instanceof Error ? error.message : 'The command line cannot be read.').split(
      '\n',
    );
    throw new UsageError(`${sentence?.replace(/\. To specify.*$/, '.')} See npm start -- help.`);
  }
}

function lineRange(text: string): { first: number; last: number } {
  const [, a, b] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  const first = Number(a);
  const last = Number(b ?? a);
  if (!a || first < 1 || last < first) throw new UsageError('--lines must look like 3-9, counted from 1.');
  return { first, last };
}
