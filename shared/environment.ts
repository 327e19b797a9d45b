/** The environment variables Rumbo reads: for one run only, never saved. The client forwards just these to the server. */
import { providers } from './providers.ts';

/** Variables of keys, by the provider they belong to. */
export const keyVariables: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(providers).flatMap(([kind, { keyVariable }]) => (keyVariable ? [[kind, keyVariable]] : [])),
);

/** Variables that may have numbered siblings: `GEMINI_API_KEY_1` and so on. */
const numbered = Object.values(providers).flatMap(({ keyVariable, numberedKeyVariables }) =>
  keyVariable && numberedKeyVariables ? [keyVariable] : [],
);

const names = new Set([
  'LLM_PRIORITY_ORDER',
  ...Object.values(keyVariables),
  ...Object.values(providers).flatMap(({ addressVariables = [] }) => addressVariables),
]);

/** The number of a numbered sibling of this variable; `undefined` when the name is none. */
function numberOf(name: string, variable: string): number | undefined {
  const [, number] = name.startsWith(`${variable}_`)
    ? (/_(\d+)$/.exec(name.slice(variable.length)) ?? [])
    : [];
  return name === `${variable}_${number}` ? Number(number) : undefined;
}

/** The numbered siblings among these names by their variable, in order. */
export const numberedVariables = (all: readonly string[]): ReadonlyMap<string, readonly string[]> =>
  new Map(
    numbered.map((variable) => {
      const siblings = all.flatMap((name) => {
        const number = numberOf(name, variable);
        return number === undefined ? [] : [{ name, number }];
      });
      return [variable, siblings.sort((a, b) => a.number - b.number).map(({ name }) => name)];
    }),
  );

/** Whether the server may see this variable. */
export const isForwarded = (name: string): boolean =>
  names.has(name) || numbered.some((variable) => numberOf(name, variable) !== undefined);

/**
 * For the process that starts the server: with one arena glibc gives back what the compiler's threads have used, a tenth of
 * all memory. Elsewhere it has no effect. https://www.gnu.org/software/libc/manual/html_node/Memory-Allocation-Tunables.html
 */
export const oneArena = { MALLOC_ARENA_MAX: '1' } as const;
