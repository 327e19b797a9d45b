/** One person, one model, one client: typed through in virtual time, and counted. */
import type { Show } from '../../../server/inline/show.ts';
import { type SuggesterSettings, suggester } from '../../../server/inline/suggester.ts';
import { editor, type Tally } from './editor.ts';
import { fakeWriter } from './fake-writer.ts';
import { knowingModel } from './knowing-model.ts';
import { naiveClient } from './naive-client.ts';
import { type Habits, typeOut, type Waits } from './person.ts';
import { virtualClock } from './virtual-clock.ts';

export type Simulated = {
  readonly tally: Tally;
  readonly waits: Waits;
  readonly requests: number;
  /** Of them, given up before they had said what was wanted of them. */
  readonly cancelled: number;
};

export type Simulation = {
  /** A file; the part from `from` to `to` is typed. */
  readonly file: string;
  readonly from: number;
  readonly to: number;
  readonly habits: Habits;
  readonly show: Show;
  /** Milliseconds to the first text, and from piece to piece. */
  readonly firstMs: number;
  readonly pieceMs: number;
  readonly client: 'naive' | { readonly settings: SuggesterSettings; readonly free: boolean };
};

export async function simulate(options: Simulation): Promise<Simulated> {
  const { file, from, to, habits, show, firstMs, pieceMs, client } = options;
  const clock = virtualClock();
  const model = knowingModel(file.slice(0, to), habits.seed);
  const writer = fakeWriter({
    clock,
    firstMs,
    pieceMs,
    choice: {
      free: client !== 'naive' && client.free,
    },
    says({ before }) {
      // Lines that another has put at the top are no part of the text.
      const text = before.replace(/^(?:\/\/ \d+\n)+/, '');
      return model(file.startsWith(text) ? text.length : -1);
    },
  });
  const ghost =
    client === 'naive'
      ? naiveClient(writer, show, clock)
      : suggester({ writer, show, clock, settings: () => client.settings });
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
    requests: writer.asked.length,
    cancelled: writer.asked.filter(({ abortedAt }) => abortedAt !== undefined).length,
  };
}
