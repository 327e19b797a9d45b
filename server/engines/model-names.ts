/** The names of an engine's models: one matching for requests, pins, lists of the settings, and for pulling and loading. */

export type ModelNames = {
  /** One name for all names of the same model, with the parts filled in that a name may leave out. */
  canonical(name: string): string;
  /** Whether a listed model is the one that a user or a registry calls `wanted`. Absent: their canonical names are equal. */
  isSame?(listed: string, wanted: string): boolean;
};

/** For services that compare names letter by letter. */
export const exactNames: ModelNames = { canonical: (name) => name };

export const isSameModelName = (names: ModelNames, listed: string, wanted: string): boolean =>
  listed === wanted ||
  (names.isSame?.(listed, wanted) ?? names.canonical(listed) === names.canonical(wanted));

/** The listed model that a user calls `wanted`; one of exactly this name comes first. `undefined`: none is listed. */
export const findModelNamed = <Model extends { readonly name: string }>(
  names: ModelNames,
  models: readonly Model[],
  wanted: string,
): Model | undefined =>
  models.find(({ name }) => name === wanted) ??
  models.find(({ name }) => isSameModelName(names, name, wanted));
