/**
 * One person, one model, one client: typed through in virtual time, and counted. What it takes for granted:
 * - The person types a text that is settled, looks for ghost text at fixed places of it (`person.ts`), takes of it what agrees with
 *   the text, and looks again after an accept. Where nothing comes they go on after six seconds.
 * - The model (`knowing-model.ts`) knows a share of the lines, the same ones however often it is asked, so that asking
 *   again about a line is of no use before half of it stands there. It always takes the same time to its first text.
 * - It writes as many tokens as it would be asked for, and a client that stops reading stops it.
 * - The editor (`editor.ts`) asks after each keystroke, cancels what it asked before, and keeps ghost text while the text follows it.
 * A person who is led by what is shown, a model that is better the second time, and networks that stumble are not in it.
 */

import type { CompletionLength } from '../../../server/inline-completion/completion-context.ts';
import { maxCompletionTokens } from '../../../server/inline-completion/prompt-limits.ts';
import type { Renderer } from '../../../server/inline-completion/renderer.ts';
import { type SchedulerSettings, scheduler } from '../../../server/inline-completion/scheduler.ts';
import { type EditorTally, editor } from './editor.ts';
import { fakeGenerator } from './fake-generator.ts';
import { naiveClient } from './naive-client.ts';
import { partialModel } from './partial-model.ts';
import { type TypistProfile, typeOut, type Waits } from './typist.ts';
import { virtualClock } from './virtual-clock.ts';

export type Simulated = {
  readonly tally: EditorTally;
  readonly waits: Waits;
  readonly requests: number;
  /** UTF-16 units that were read of the answers. */
  readonly written: number;
  /** Of them, given up before they had said what was wanted of them. */
  readonly cancelled: number;
};

export type Simulation = {
  /** A file; the part from `from` to the last line end before `to` is typed. */
  readonly file: string;
  readonly from: number;
  readonly to: number;
  readonly habits: TypistProfile;
  readonly renderer: Renderer;
  /** Milliseconds to the first text, and from piece to piece. */
  readonly firstMs: number;
  readonly pieceMs: number;
  /** Share of the lines that the model knows, 0–1. */
  readonly knows: number;
  readonly client: 'naive' | { readonly settings: SchedulerSettings; readonly free: boolean };
};

/** UTF-16 units of code that a model writes at the most when it is asked for so much; three and a half of them are a token. */
const maxUnits: Readonly<Record<CompletionLength, number>> = {
  line: 3.5 * maxCompletionTokens.line,
  block: 3.5 * maxCompletionTokens.block,
};

export async function simulate(options: Simulation): Promise<Simulated> {
  const { file, from, habits, renderer, firstMs, pieceMs, client } = options;
  const to = file.lastIndexOf('\n', options.to);
  const clock = virtualClock();
  const model = partialModel(file.slice(0, to), habits.seed, options.knows);
  const generator = fakeGenerator({
    clock,
    firstMs,
    pieceMs,
    choice: {
      free: client !== 'naive' && client.free,
    },
    says({ before }, shape) {
      // Lines that another has put at the top are no part of the text.
      const text = before.replace(/^(?:\/\/ \d+\n)+/, '');
      return model(file.startsWith(text) ? text.length : -1).slice(0, maxUnits[shape]);
    },
  });
  const ghost =
    client === 'naive'
      ? naiveClient(generator, renderer, clock)
      : scheduler({ generator, renderer, clock, settings: () => client.settings });
  const desk = editor(ghost, clock, { before: file.slice(0, from), after: file.slice(to) });
  let waits: Waits | undefined;
  const typing = typeOut(file.slice(from, to), desk, clock, habits).then((all) => {
    waits = all;
  });
  while (!waits) await clock.pass(1_000);
  await typing;
  await clock.pass(20_000);
  return {
    tally: desk.tally,
    waits,
    requests: generator.requests.length,
    written: generator.requests.reduce((sum, { units }) => sum + units, 0),
    cancelled: generator.requests.filter(({ abortedAt }) => abortedAt !== undefined).length,
  };
}
