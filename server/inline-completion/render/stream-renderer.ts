/** Turns a model's output into a suggestion, while it streams and after it has ended. */
import type { CompletionContext, CompletionLength, Suggestion } from '../completion-context.ts';
import type { OutputFormat } from '../generator.ts';
import { cursorContextOf } from './cursor-context.ts';
import { codeExtractor } from './extract-code.ts';
import { type AssembledText, lineAssembler } from './line-assembler.ts';
import { lineSplitter } from './line-splitter.ts';
import type { LineStage } from './line-stage.ts';
import { echoStripper } from './strip-echo.ts';
import { repetitionStripper } from './strip-repetition.ts';
import { codeUnwrapper } from './unwrap-code.ts';

/** How a model differs from one that generates only what is missing. Absent: it does not. */
export type RenderQuirks = {
  /** It repeats the text before the cursor. */
  readonly echoesPrefix?: boolean;
  /** Its output begins within thoughts: the prompt ended with `<think>`. */
  readonly startsInThoughts?: boolean;
};

export type StreamRendererOptions = {
  readonly length: CompletionLength;
  readonly format: OutputFormat;
  readonly quirks?: RenderQuirks;
};

export type RenderedCompletion = {
  /** Absent: there is nothing worth showing. */
  readonly suggestion?: Suggestion;
  /** The output after the suggestion: text at the cursor once the suggestion is accepted. Empty: nothing of use. */
  readonly remainder: string;
  /** The model's further output continues `remainder`. */
  readonly continues: boolean;
};

export type StreamRenderer = {
  /** @returns true once the suggestion is complete; later output only adds to `remainder` */
  write(delta: string): boolean;
  /** What may be shown now. Every later suggestion begins with its `insertText`. */
  suggestion(): Suggestion | undefined;
  /**
   * The model has ended, or its output is long enough.
   * @param isStreaming the model is still generating. Absent: it is not
   */
  end(isStreaming?: boolean): RenderedCompletion;
};

/** The model's output has to continue `effectivePrefix(context)`. */
export function streamRenderer(
  context: CompletionContext,
  { length, format, quirks = {} }: StreamRendererOptions,
): StreamRenderer {
  const cursor = cursorContextOf(context);
  const lines = lineSplitter();
  const assembler = lineAssembler(cursor, length, format);
  const stages: readonly LineStage[] = [
    codeExtractor(cursor, { format, startsInThoughts: quirks.startsInThoughts ?? false }),
    codeUnwrapper(cursor, format === 'chat'),
    echoStripper(cursor, format === 'chat' || quirks.echoesPrefix === true),
    repetitionStripper(),
  ];
  /** The stages have been flushed: later output changes nothing. */
  let isDone = false;
  let result: RenderedCompletion | undefined;

  return {
    write(delta) {
      if (result) return true;
      if (!isDone) {
        for (const line of lines.push(delta)) processLine(line);
        // An endless line: the part that has arrived is all of it.
        if (!isDone && lines.isOverlong) finish();
      }
      return isDone || assembler.isComplete;
    },
    suggestion: () => result?.suggestion ?? toSuggestion(assembler.currentText()),
    end(isStreaming = false) {
      if (result) return result;
      const continues = isStreaming && !isDone && assembler.keepsRemainder && !flushStages(0);
      if (!continues && !isDone) finish();
      const suggestion = toSuggestion(assembler.finalText());
      const remainder = assembler.remainder(continues ? lines.unfinishedLine : undefined);
      result = suggestion
        ? { suggestion, remainder: remainder.replaceAll('\n', cursor.newline), continues }
        : { remainder: '', continues: false };
      return result;
    },
  };

  /** @param firstStage index of the stage that the line enters */
  function processLine(line: string, firstStage = 0): void {
    if (isDone) return;
    let entering: readonly string[] = [line];
    for (const [index, stage] of stages.entries()) {
      if (index < firstStage) continue;
      const leaving: string[] = [];
      let isLast = false;
      for (const each of entering) {
        const output = stage.transform(each);
        leaving.push(...output.lines);
        isLast = output.isLast ?? false;
        if (isLast) break;
      }
      entering = leaving;
      if (isLast) {
        for (const each of entering) processLine(each, index + 1);
        flushStages(index + 1);
        return;
      }
    }
    for (const each of entering) assembler.addLine(each);
  }

  /** No more lines enter the stages. @returns whether a stage drops everything that would follow */
  function flushStages(firstStage: number): boolean {
    let isLast = false;
    for (let index = firstStage; index < stages.length && !isDone; index++) {
      const output = stages[index]?.flush();
      isLast ||= output?.isLast ?? false;
      for (const line of output?.lines ?? []) processLine(line, index + 1);
    }
    isDone = true;
    return isLast;
  }

  function finish(): void {
    const lastLine = lines.end();
    if (lastLine !== '') processLine(lastLine);
    if (!isDone) flushStages(0);
  }

  function toSuggestion({ text, consumedUnits }: AssembledText): Suggestion | undefined {
    const insertText = text.trim() === '' ? '' : text.replaceAll('\n', cursor.newline);
    if (insertText === '' || insertText === context.after.slice(0, consumedUnits)) return undefined;
    const { selectedCompletion } = context;
    return {
      insertText: (selectedCompletion?.text ?? '') + insertText,
      replacesBefore: selectedCompletion?.replaces ?? 0,
      replacesAfter: consumedUnits,
    };
  }
}
