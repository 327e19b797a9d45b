/** What both halves know of keys beside the keys themselves: stores, limits, problems. */

/** The values of `rumbo.keys.store`. `auto`: the first of them that works. */
export const keyStoreSettings = ['auto', 'keychain', 'editor', 'memory'] as const;
export type KeyStoreSetting = (typeof keyStoreSettings)[number];

/** Where a key is kept: the system's keychain, the editor's secret storage, or memory until Rumbo stops. */
export type KeyStoreName = Exclude<KeyStoreSetting, 'auto'>;
/** The stores that outlive Rumbo. */
export type LastingStoreName = Exclude<KeyStoreName, 'memory'>;

/** What the user has stated of one key. Each is optional; absent: no name, no limit, every model. */
export type KeyOptions = {
  /** A name for views, at most 60 characters. */
  readonly label?: string;
  /** At least 1. */
  readonly requestsPerMinute?: number;
  /** Input and output together, at least 1. */
  readonly tokensPerMinute?: number;
  /** The only models it may be used for, by their names at the provider; `*` stands for any characters. */
  readonly models?: readonly string[];
};

/**
 * Why a stored key cannot be read or saved. `locked`, `frozen` (no response), `absent`, `read-only`, `full`: states of a
 * store. `failed`: it gave another reason. `other-origin`: the key was saved for another address.
 */
export type KeyProblem = {
  readonly state: 'locked' | 'frozen' | 'absent' | 'read-only' | 'full' | 'failed' | 'other-origin';
  /** One sentence. */
  readonly message: string;
  /** What the user can do about it, one imperative sentence. */
  readonly action: string;
};

/** Whether a key that is limited to some models may be used for this one. */
export const isModelAllowed = ({ models }: Pick<KeyOptions, 'models'>, model: string): boolean =>
  models === undefined || models.some((pattern) => matchesName(pattern, model));

/** Compares piece by piece, without a regular expression: the pattern is the user's. */
function matchesName(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last))
    return false;
  let position = first.length;
  const end = name.length - last.length;
  for (const piece of rest) {
    const found = name.indexOf(piece, position);
    if (found < 0 || found + piece.length > end) return false;
    position = found + piece.length;
  }
  return true;
}
