/** Ends the output of a model that repeats itself endlessly. */
import { isBlank } from './indentation.ts';
import type { LineStage, StageOutput } from './line-stage.ts';

/** The longest loop to detect, in lines. */
const maxRoundLines = 8;

/** Passes lines up to the first loop; holds lines back while they may be part of another round. */
export function repetitionStripper(): LineStage {
  const seenLines: string[] = [];
  const heldLines: string[] = [];
  /** Lines of one round. 0: no loop. */
  let roundLines = 0;
  /** Lines of the next round that have arrived. */
  let repeatedLines = 0;

  return {
    transform(line) {
      const cut = inlineLoopEnd(line);
      if (cut !== undefined) {
        const output = release();
        return { lines: [...output.lines, line.slice(0, cut)], isLast: true };
      }
      if (isBlank(line)) {
        if (roundLines === 0) return { lines: [line] };
        heldLines.push(line);
        return { lines: [] };
      }
      seenLines.push(line.trim());
      heldLines.push(line);
      if (roundLines === 0) roundLines = roundLength(seenLines);
      else if (seenLines.at(-1) !== seenLines.at(-1 - roundLines)) roundLines = 0;
      if (roundLines === 0) return release();
      repeatedLines += 1;
      return repeatedLines >= Math.max(2, roundLines) ? { lines: [], isLast: true } : { lines: [] };
    },
    // One line twice at the very end is the beginning of a truncated loop.
    flush: () => (roundLines === 1 ? { lines: [], isLast: true } : release()),
  };

  function release(): StageOutput {
    repeatedLines = 0;
    roundLines = 0;
    return { lines: heldLines.splice(0) };
  }
}

/** How many lines before the last one it occurred; 0: not recently. Closers and the like repeat often and do not count. */
function roundLength(seenLines: readonly string[]): number {
  const last = seenLines.at(-1) ?? '';
  if (!/[\p{L}\d]{2}/u.test(last) || last.length < 6) return 0;
  const before = seenLines.slice(-1 - maxRoundLines, -1).toReversed();
  return before.indexOf(last) + 1;
}

/** The end of the first occurrence of a text that the line repeats five more times. `undefined`: it does not. */
function inlineLoopEnd(line: string): number | undefined {
  if (line.length < 40) return undefined;
  const loop = /(\S.{2,59}?)\1{5,}/u.exec(line);
  return loop?.[1] && /\p{L}/u.test(loop[1]) && loop[0].length >= 40
    ? loop.index + loop[1].length
    : undefined;
}
