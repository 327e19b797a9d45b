/** The first usable result of several promises. */

/** Resolves with the first value that is not `undefined`, or with `undefined` if there is none. Rejects only if all reject. */
export function firstMatch<Value>(all: readonly Promise<Value | undefined>[]): Promise<Value | undefined> {
  return new Promise((resolve, reject) => {
    let failed = 0;
    let done = 0;
    for (const one of all) {
      one.then(
        (value) => {
          if (value !== undefined || ++done === all.length) resolve(value);
        },
        (error: unknown) => {
          if (++failed === all.length) reject(error);
          else if (++done === all.length) resolve(undefined);
        },
      );
    }
  });
}
