/**
 * Somebody who types a text. What they do at each place of it depends on the seed and the place alone, so whoever gives
 * them ghost text has the same person in front of them.
 */
import type { Editor } from './editor.ts';
import type { TypistClock } from './virtual-clock.ts';

export type TypistProfile = {
  readonly seed: number;
  /** Median milliseconds from key to key within a word: 90 is fast, 180 usual. */
  readonly keyMs: number;
};

export type Waits = {
  /** Milliseconds from the last keystroke to the text, where the person looked for it. */
  readonly ms: number[];
  /** Looked for it in vain. */
  none: number;
};

/** How long somebody looks for ghost text that does not come. */
const maxWaitMs = 6_000;

export async function typeOut(
  text: string,
  at: Editor,
  clock: TypistClock,
  { seed, keyMs }: TypistProfile,
): Promise<Waits> {
  const waits: Waits = { ms: [], none: 0 };
  let done = 0;
  while (done < text.length) {
    const dice = (what: number): number => hash(seed, done, what);
    const next = text.charAt(done);
    const key = next === '\n' ? (/^\n[ \t]*/.exec(text.slice(done))?.[0] ?? next) : next;
    await clock.sleep(
      keyMs * Math.exp(0.45 * normal(dice(1), dice(2))) * effort(text.charAt(done - 1), next),
    );

    if (dice(3) < 0.012) {
      at.type('q');
      await clock.sleep(keyMs * 2.5);
      at.backspace();
      await clock.sleep(keyMs * 2);
    }
    if (dice(4) < 0.001) {
      at.elsewhere(`// ${done}\n`);
      await clock.sleep(300);
    }
    if (dice(5) < 0.001 && done > 40) {
      at.move(40);
      at.type('q');
      await clock.sleep(700);
      at.backspace();
      await clock.sleep(200);
      at.move(-40);
    }
    at.type(key);
    done += key.length;
    // Between words people think for a moment; some of them look for help.
    const border = key.startsWith('\n') || !/\w/.test(text.charAt(done));
    if (border && dice(6) < (key.startsWith('\n') ? 0.35 : 0.08)) done += await look();
    else if (border && dice(7) < 0.06) await clock.sleep(500 + 2_000 * dice(8));
  }
  return waits;

  /** Waits for ghost text and takes what is right of it. Resolves with how much was taken. */
  async function look(): Promise<number> {
    const since = clock.now();
    if (!(await at.seen(maxWaitMs))) {
      waits.none++;
      return 0;
    }
    waits.ms.push(clock.now() - since);
    await clock.sleep(350);
    let taken = 0;
    while (at.ghost) {
      const { insertText } = at.ghost;
      const rest = text.slice(done + taken);
      const line = /^\s*[^\n]*/.exec(insertText)?.[0] ?? insertText;
      const word = /^\s*(?:\w+|\W)/.exec(insertText)?.[0] ?? insertText;
      const right = [insertText, line, word].find((part) => rest.startsWith(part));
      if (right === undefined) {
        if (hash(seed, done + taken, 9) < 0.15) at.escape();
        return taken;
      }
      const all = right === insertText;
      at.accept(all ? 'all' : right === line ? 'line' : 'word');
      taken += right.length;
      if (!all || hash(seed, done + taken, 10) < 0.4) return taken;
      // Often one accept is followed by the next.
      const accepted = clock.now();
      if (!(await at.seen(maxWaitMs))) {
        waits.none++;
        return taken;
      }
      waits.ms.push(clock.now() - accepted);
      await clock.sleep(350);
    }
    return taken;
  }
}

/** How much longer than a letter within a word a key takes: the next word is thought of, signs need other fingers. */
function effort(last: string, next: string): number {
  if (last === '\n') return 2.5;
  if (!/[\w\s]/.test(next)) return 1.5;
  return /\w/.test(next) && !/\w/.test(last) ? 1.6 : 1;
}

/** 0 ≤ number < 1, the same for the same numbers. */
export function hash(...numbers: readonly number[]): number {
  let state = 0x9e3779b9;
  for (const number of numbers) {
    state = Math.imul(state ^ (number + 0x7f4a7c15), 0x85ebca6b);
    state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
    state ^= state >>> 16;
  }
  return (state >>> 0) / 2 ** 32;
}

/** Box and Muller: a number around 0 out of two between 0 and 1. */
const normal = (one: number, other: number): number =>
  Math.sqrt(-2 * Math.log(Math.max(one, 1e-9))) * Math.cos(2 * Math.PI * other);
