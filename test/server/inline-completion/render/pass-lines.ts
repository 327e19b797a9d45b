/** Passes lines through a stage of rendering. */
import type { LineStage } from '../../../../server/inline-completion/render/line-stage.ts';

export function passLines(stage: LineStage, lines: readonly string[]): { lines: string[]; isLast: boolean } {
  const passed: string[] = [];
  for (const line of lines) {
    const output = stage.transform(line);
    passed.push(...output.lines);
    if (output.isLast) return { lines: passed, isLast: true };
  }
  const rest = stage.flush();
  return { lines: [...passed, ...rest.lines], isLast: rest.isLast ?? false };
}
