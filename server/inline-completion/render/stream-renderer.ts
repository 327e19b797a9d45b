/** What is shown of a model's text, while it comes and when it has ended. */
import type { CompletionContext, CompletionLength, Suggestion } from '../completion-context.ts';
import type { OutputFormat } from '../generator.ts';
import { cursorContextOf } from './cursor-context.ts';
import { codeExtractor, type LineStage } from './extract-code.ts';
import { type AssembledText, lineAssembler } from './line-assembler.ts';
import { lineSplitter } from './line-splitter.ts';
import { echoStripper } from './strip-echo.ts';
import { repetitionStripper } from './strip-repetition.ts';

/** How a model differs from one that says what is missing and nothing else. Absent: it does not. */
export type RenderQuirks = {
  /** It says what stands before the cursor once more. */
  readonly echoes?: boolean;
  /** Its text begins within thoughts: `<think>` was the prompt's last word. */
  readonly thinking?: boolean;
};

export type StreamRendererOptions = {
  readonly length: CompletionLength;
  readonly format: OutputFormat;
  readonly quirks?: RenderQuirks;
};

export type RenderedCompletion = {
  /** Absent: there is nothing worth showing. */
  readonly suggestion?: Suggestion;
  /** What the model said past the suggestion; text that goes on where the cursor is once that is accepted. Empty: nothing of use. */
  readonly rest: string;
  /** What the model says next goes on where `rest` ends. */
  readonly continues: boolean;
};

export type StreamRenderer = {
  /** Takes what came. @returns true once the suggestion is whole; what comes later only adds to `rest`. */
  write(delta: string): boolean;
  /** What may be shown now. Every later suggestion begins with its `insert`. */
  suggestion(): Suggestion | undefined;
  /** The model has ended, or has said enough. @param more it is still speaking; absent: it is not */
  end(more?: boolean): RenderedCompletion;
};

/** The model's text has to go on from `stemOf(context)`. */
export function streamRenderer(
  context: CompletionContext,
  { length, format, quirks = {} }: StreamRendererOptions,
): StreamRenderer {
  const cursor = cursorContextOf(context);
  const lines = lineSplitter();
  const composer = lineAssembler(cursor, length, format);
  const stages: readonly LineStage[] = [
    codeExtractor(cursor, { format, startsInThoughts: quirks.thinking ?? false }),
    echoStripper(cursor, format === 'chat' || quirks.echoes === true),
    repetitionStripper(),
  ];
  /** A stage has said that nothing after it counts. */
  let done = false;
  let ended: RenderedCompletion | undefined;

  return {
    write(delta) {
      if (ended) return true;
      if (!done) {
        for (const line of lines.take(delta)) pass(line);
        // An endless line: what there is of it is all.
        if (!done && lines.overlong) finish();
      }
      return done || composer.finished;
    },
    suggestion: () => ended?.suggestion ?? suggestionOf(composer.composed()),
    end(more = false) {
      if (ended) return ended;
      const goesOn = more && !done && composer.keepsRest && !flush(0);
      if (!goesOn && !done) finish();
      const suggestion = suggestionOf(composer.whole());
      const rest = composer.rest(goesOn ? lines.unfinished : undefined);
      ended = suggestion
        ? { suggestion, rest: rest.replaceAll('\n', cursor.newline), continues: goesOn }
        : { rest: '', continues: false };
      return ended;
    },
  };

  function pass(line: string, from = 0): void {
    if (done) return;
    let passing: readonly string[] = [line];
    for (const [index, stage] of stages.entries()) {
      if (index < from) continue;
      const next: string[] = [];
      let over = false;
      for (const each of passing) {
        const passed = stage.transform(each);
        next.push(...passed.lines);
        over = passed.isLast ?? false;
        if (over) break;
      }
      passing = next;
      if (over) {
        for (const each of passing) pass(each, index + 1);
        flush(index + 1);
        return;
      }
    }
    for (const each of passing) composer.put(each);
  }

  /** Nothing more comes to the stages from here on. @returns whether one of them has heard what makes all that follows worthless */
  function flush(from: number): boolean {
    let over = false;
    for (let index = from; index < stages.length && !done; index++) {
      const last = stages[index]?.flush();
      over ||= last?.isLast ?? false;
      for (const line of last?.lines ?? []) pass(line, index + 1);
    }
    done = true;
    return over;
  }

  function finish(): void {
    const last = lines.end();
    if (last !== '') pass(last);
    if (!done) flush(0);
  }

  function suggestionOf({ text, consumedUnits }: AssembledText): Suggestion | undefined {
    const insert = text.trim() === '' ? '' : text.replaceAll('\n', cursor.newline);
    if (insert === '' || insert === context.after.slice(0, consumedUnits)) return undefined;
    const { selectedCompletion } = context;
    return {
      insertText: (selectedCompletion?.text ?? '') + insert,
      replacesBefore: selectedCompletion?.replaces ?? 0,
      replacesAfter: consumedUnits,
    };
  }
}
