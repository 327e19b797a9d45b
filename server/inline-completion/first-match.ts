/** Several who may have something, of whom the first is taken that has. */

/** Resolves with the first value; `undefined` when none has one. Rejects only when all have failed. */
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
