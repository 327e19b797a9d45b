/** Models that say the same again and again. */
import type { LineStage, StageOutput } from './extract-code.ts';
import { isBlank } from './indentation.ts';

/** Lines of a round that are looked for at most. */
const maxRoundLines = 8;

/** The lines up to where they begin to go round; lines wait while they may be part of another round. */
export function repetitionStripper(): LineStage {
  const said: string[] = [];
  const held: string[] = [];
  /** Lines of one round, and how many of the next one have come. */
  let round = 0;
  let same = 0;

  return {
    transform(line) {
      const cut = inlineLoopEnd(line);
      if (cut !== undefined) {
        const passed = release();
        return { lines: [...passed.lines, line.slice(0, cut)], isLast: true };
      }
      if (isBlank(line)) {
        if (round === 0) return { lines: [line] };
        held.push(line);
        return { lines: [] };
      }
      said.push(line.trim());
      held.push(line);
      if (round === 0) round = roundLength(said);
      else if (said.at(-1) !== said.at(-1 - round)) round = 0;
      if (round === 0) return release();
      same += 1;
      return same >= Math.max(2, round) ? { lines: [], isLast: true } : { lines: [] };
    },
    // One line twice at the very end is the beginning of a loop that was cut off.
    flush: () => (round === 1 ? { lines: [], isLast: true } : release()),
  };

  function release(): StageOutput {
    same = 0;
    round = 0;
    return { lines: held.splice(0) };
  }
}

/** How far back the last line was said before; 0: not lately. Closers and the like are said often. */
function roundLength(said: readonly string[]): number {
  const last = said.at(-1) ?? '';
  if (!/[\p{L}\d]{2}/u.test(last) || last.length < 6) return 0;
  const before = said.slice(-1 - maxRoundLines, -1).toReversed();
  return before.indexOf(last) + 1;
}

/** Where a line has said something once that it then says five times more; absent: it does not. */
function inlineLoopEnd(line: string): number | undefined {
  if (line.length < 40) return undefined;
  const loop = /(\S.{2,59}?)\1{5,}/u.exec(line);
  return loop?.[1] && /\p{L}/u.test(loop[1]) && loop[0].length >= 40
    ? loop.index + loop[1].length
    : undefined;
}
