/** The contract of a step that the lines of a model's output pass through, one after the other. */

/** The lines that leave the stage. `isLast`: the stage drops everything after them. */
export type StageOutput = { readonly lines: readonly string[]; readonly isLast?: boolean };

export type LineStage = {
  transform(line: string): StageOutput;
  /** The output has ended. @returns the lines that the stage held back */
  flush(): StageOutput;
};
