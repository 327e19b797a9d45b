/** What is shown of a model's text, while it comes and when it has ended. */
import type { Shape, Situation, Suggestion } from '../situation.ts';
import type { Manner } from '../writer.ts';
import { codeInAnswer, type Stage } from './code-in-answer.ts';
import { type Composed, composing } from './composing.ts';
import { placeOf } from './place.ts';
import { rawLines } from './raw-lines.ts';
import { withoutEcho } from './without-echo.ts';
import { withoutLoops } from './without-loops.ts';

/** How a model differs from one that says what is missing and nothing else. Absent: it does not. */
export type ShownQuirks = {
  /** It says what stands before the cursor once more. */
  readonly echoes?: boolean;
  /** Its text begins within thoughts: `<think>` was the prompt's last word. */
  readonly thinking?: boolean;
};

export type ShowingOptions = {
  readonly shape: Shape;
  readonly manner: Manner;
  readonly quirks?: ShownQuirks;
};

export type Shown = {
  /** Absent: there is nothing worth showing. */
  readonly suggestion?: Suggestion;
  /** What the model said past the suggestion; text that goes on where the cursor is once that is accepted. Empty: nothing of use. */
  readonly rest: string;
};

export type Showing = {
  /** Takes what came. @returns true once the suggestion is whole; what comes later only adds to `rest`. */
  read(delta: string): boolean;
  /** What may be shown now. Every later suggestion begins with its `insert`. */
  suggestion(): Suggestion | undefined;
  /** The model has ended, or is not read any longer. */
  end(): Shown;
};

/** The model's text has to go on from `stemOf(situation)`. */
export function showing(situation: Situation, { shape, manner, quirks = {} }: ShowingOptions): Showing {
  const place = placeOf(situation);
  const lines = rawLines();
  const composer = composing(place, shape, manner);
  const stages: readonly Stage[] = [
    codeInAnswer(place, { manner, thinking: quirks.thinking ?? false }),
    withoutEcho(place, manner === 'chat' || quirks.echoes === true),
    withoutLoops(),
  ];
  /** A stage has said that nothing after it counts. */
  let done = false;
  let ended: Shown | undefined;

  return {
    read(delta) {
      if (ended) return true;
      if (!done) {
        for (const line of lines.take(delta)) pass(line);
        // An endless line: what there is of it is all.
        if (!done && lines.overlong) finish();
      }
      return done || composer.finished;
    },
    suggestion: () => ended?.suggestion ?? suggestionOf(composer.composed()),
    end() {
      if (!ended) {
        if (!done) finish();
        const suggestion = suggestionOf(composer.whole());
        ended = {
          ...(suggestion && { suggestion }),
          rest: suggestion ? composer.rest().replaceAll('\n', place.newline) : '',
        };
      }
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
        const passed = stage.take(each);
        next.push(...passed.lines);
        over = passed.done ?? false;
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

  /** Nothing more comes to the stages from here on. */
  function flush(from: number): void {
    for (let index = from; index < stages.length; index++) {
      const stage = stages[index];
      for (const line of done ? [] : (stage?.end().lines ?? [])) pass(line, index + 1);
    }
    done = true;
  }

  function finish(): void {
    const last = lines.end();
    if (last !== '') pass(last);
    if (!done) flush(0);
  }

  function suggestionOf({ text, consumed }: Composed): Suggestion | undefined {
    const insert = text.trim() === '' ? '' : text.replaceAll('\n', place.newline);
    if (insert === '' || insert === situation.after.slice(0, consumed)) return undefined;
    const { selected } = situation;
    return {
      insert: (selected?.text ?? '') + insert,
      replacesBefore: selected?.replaces ?? 0,
      replacesAfter: consumed,
    };
  }
}
