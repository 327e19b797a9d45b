/** Types of report.mjs, which has to run before there is a TypeScript. */
export class SetUpError extends Error {}
export class Stopped extends Error {}

export interface Report {
  line(text: string): void;
  /** Prints the step, then how long it took. */
  step<T>(text: string, work: () => Promise<T>): Promise<T>;
}
export function report(stream: NodeJS.WritableStream): Report;
export function run(main: () => Promise<number>): Promise<void>;
