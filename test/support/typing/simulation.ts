/**
 * One user, one model, one source of ghost text: a session of typing in virtual time, and its counts. Assumptions:
 * - The user types a fixed text, looks for ghost text at fixed offsets (`typist.ts`), accepts the part that agrees with the
 *   text, and looks again after an accept. Without ghost text they continue after six seconds.
 * - The model (`partial-model.ts`) knows a share of the lines, always the same ones, so that another request for a line is of
 *   no use before half of it is typed. Its time to the first text is constant.
 * - It generates as many tokens as requested, and stops when the reader stops.
 * - The editor (`editor.ts`) sends a request after each keystroke, cancels the previous one, and keeps ghost text while the
 *   user types along it.
 * Not simulated: users who follow suggestions, models that vary, network faults.
 */

import type { CompletionLength } from '../../../server/inline-completion/completion-context.ts';
import { maxCompletionTokens } from '../../../server/inline-completion/prompt-limits.ts';
import type { Renderer } from '../../../server/inline-completion/renderer.ts';
import { createScheduler, type SchedulerSettings } from '../../../server/inline-completion/scheduler.ts';
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
  /** UTF-16 units read. */
  readonly written: number;
  /** Of them, aborted before their completion was whole. */
  readonly cancelled: number;
};

export type Simulation = {
  /** A file; the user types the part from `from` to the last line end before `to`. */
  readonly file: string;
  readonly from: number;
  readonly to: number;
  readonly profile: TypistProfile;
  readonly renderer: Renderer;
  /** Milliseconds to the first text, and between two pieces. */
  readonly firstMs: number;
  readonly pieceMs: number;
  /** Share of the lines that the model knows, 0–1. */
  readonly knows: number;
  readonly client: 'naive' | { readonly settings: SchedulerSettings; readonly free: boolean };
};

/** Output limits in UTF-16 units of code, at three and a half per token. */
const maxUnits: Readonly<Record<CompletionLength, number>> = {
  line: 3.5 * maxCompletionTokens.line,
  block: 3.5 * maxCompletionTokens.block,
};

export async function simulate(options: Simulation): Promise<Simulated> {
  const { file, from, profile, renderer, firstMs, pieceMs, client } = options;
  const to = file.lastIndexOf('\n', options.to);
  const clock = virtualClock();
  const model = partialModel(file.slice(0, to), profile.seed, options.knows);
  const generator = fakeGenerator({
    clock,
    firstMs,
    pieceMs,
    choice: {
      free: client !== 'naive' && client.free,
    },
    generates({ before }, shape) {
      // Lines that another user inserted at the top are no part of the text.
      const text = before.replace(/^(?:\/\/ \d+\n)+/, '');
      return model(file.startsWith(text) ? text.length : -1).slice(0, maxUnits[shape]);
    },
  });
  const source =
    client === 'naive'
      ? naiveClient(generator, renderer, clock)
      : createScheduler({ generator, renderer, clock, settings: () => client.settings });
  const simulatedEditor = editor(source, clock, { before: file.slice(0, from), after: file.slice(to) });
  let waits: Waits | undefined;
  const typing = typeOut(file.slice(from, to), simulatedEditor, clock, profile).then((all) => {
    waits = all;
  });
  while (!waits) await clock.pass(1_000);
  await typing;
  await clock.pass(20_000);
  return {
    tally: simulatedEditor.tally,
    waits,
    requests: generator.requests.length,
    written: generator.requests.reduce((sum, { units }) => sum + units, 0),
    cancelled: generator.requests.filter(({ abortedAt }) => abortedAt !== undefined).length,
  };
}
