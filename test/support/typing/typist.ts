/**
 * A simulated user who types a text. Their actions at each offset depend on the seed and the offset alone, so every source
 * of ghost text meets the same user.
 */
import type { Editor } from './editor.ts';
import type { TypistClock } from './virtual-clock.ts';

export type TypistProfile = {
  readonly seed: number;
  /** Median milliseconds between keys within a word: 90 is fast, 180 usual. */
  readonly keyMs: number;
};

export type Waits = {
  /** Milliseconds from the last keystroke to the text, each time the user looked for it. */
  readonly ms: number[];
  /** Times the user looked for it in vain. */
  none: number;
};

/** How long the user waits for ghost text, in milliseconds. */
const maxWaitMs = 6_000;

export async function typeOut(
  text: string,
  editor: Editor,
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
      editor.type('q');
      await clock.sleep(keyMs * 2.5);
      editor.backspace();
      await clock.sleep(keyMs * 2);
    }
    if (dice(4) < 0.001) {
      editor.insertAtTop(`// ${done}\n`);
      await clock.sleep(300);
    }
    if (dice(5) < 0.001 && done > 40) {
      editor.move(40);
      editor.type('q');
      await clock.sleep(700);
      editor.backspace();
      await clock.sleep(200);
      editor.move(-40);
    }
    editor.type(key);
    done += key.length;
    // Between words users pause; sometimes they look for ghost text.
    const border = key.startsWith('\n') || !/\w/.test(text.charAt(done));
    if (border && dice(6) < (key.startsWith('\n') ? 0.35 : 0.08)) done += await look();
    else if (border && dice(7) < 0.06) await clock.sleep(500 + 2_000 * dice(8));
  }
  return waits;

  /** Waits for ghost text and accepts the part that is right. Resolves with the accepted UTF-16 units. */
  async function look(): Promise<number> {
    const since = clock.now();
    if (!(await editor.shownWithin(maxWaitMs))) {
      waits.none++;
      return 0;
    }
    waits.ms.push(clock.now() - since);
    await clock.sleep(350);
    let accepted = 0;
    while (editor.ghost) {
      const { insertText } = editor.ghost;
      const rest = text.slice(done + accepted);
      const line = /^\s*[^\n]*/.exec(insertText)?.[0] ?? insertText;
      const word = /^\s*(?:\w+|\W)/.exec(insertText)?.[0] ?? insertText;
      const right = [insertText, line, word].find((part) => rest.startsWith(part));
      if (right === undefined) {
        if (hash(seed, done + accepted, 9) < 0.15) editor.escape();
        return accepted;
      }
      const all = right === insertText;
      editor.accept(all ? 'all' : right === line ? 'line' : 'word');
      accepted += right.length;
      if (!all || hash(seed, done + accepted, 10) < 0.4) return accepted;
      // Often one accept follows another.
      const acceptedAtMs = clock.now();
      if (!(await editor.shownWithin(maxWaitMs))) {
        waits.none++;
        return accepted;
      }
      waits.ms.push(clock.now() - acceptedAtMs);
      await clock.sleep(350);
    }
    return accepted;
  }
}

/** How much longer a key takes than a letter within a word: users think of the next word, and signs are harder to reach. */
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

/** Box–Muller: a normal deviate from two numbers between 0 and 1. */
const normal = (one: number, other: number): number =>
  Math.sqrt(-2 * Math.log(Math.max(one, 1e-9))) * Math.cos(2 * Math.PI * other);
