/** Types of lock.mjs, which has to run before there is a TypeScript. */

/** Waits until no other living process holds `file`, then does the work. */
export function oneAtATime<T>(file: string, work: () => Promise<T>): Promise<T>;
export function isAlive(pid: number): boolean;
