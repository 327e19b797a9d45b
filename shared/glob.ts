/**
 * Glob patterns of files: `*`, `**`, `?`, `[a-z]`, `{a,b}` and a backslash before a literal character. A pattern is
 * matched in one pass over the path, in a time that grows with both lengths and no faster, whatever it holds.
 */

/** Characters of a pattern as a user writes it; `**` may be added around it. */
export const maxGlobLength = 256;
/** Patterns of a setting. */
export const maxGlobs = 200;
/** Characters that braces may multiply a pattern to. */
const maxExpandedLength = 4096;
/** Characters that braces may multiply all patterns of a setting to. */
export const maxExpandedGlobs = 20_000;
/** Different characters whose steps are remembered. */
const maxCharacters = 256;
/** Characters of a path that are matched; a longer one matches every pattern. */
const maxPathLength = 2048;

/** One step of a pattern. `any`: within a folder; `deep`: across folders; `folders`: whole folders or none. `end`: the path matches. */
type Step =
  | { readonly type: 'literal'; readonly text: string }
  | { readonly type: 'set'; readonly isMember: (character: string) => boolean }
  | { readonly type: 'one' | 'any' | 'deep' | 'folders' | 'end' };

export type GlobMatcher = (path: string) => boolean;

/** Whether it is a pattern of this kind, and not too large. */
export const isGlob = (glob: string): boolean => stepsOfGlob(glob) !== undefined;

/** Characters of a pattern with its braces expanded. */
export const expandedGlobLength = (glob: string): number => expandBraces(glob)?.join('').length ?? 0;

/** Compares without regard to case. `undefined`: no pattern of this kind, or too large. */
export const compileGlob = (glob: string): GlobMatcher | undefined =>
  isGlob(glob) ? compileGlobs([glob]) : undefined;

/** Matches what any of the patterns matches, all in one pass. Those that are no pattern of this kind match nothing. */
export function compileGlobs(globs: readonly string[]): GlobMatcher {
  const alternatives = globs.flatMap((glob) => stepsOfGlob(glob) ?? []);
  if (alternatives.length === 0) return () => false;
  const matches = automatonOf(alternatives);
  return (path) => path.length > maxPathLength || matches([...foldCase(path)]);
}

/** The steps of each alternative. */
function stepsOfGlob(glob: string): readonly Step[][] | undefined {
  if (glob.length > maxGlobLength + 8 || /[!@?*+]\(|\[\[:/.test(glob)) return undefined;
  const parsed = expandBraces(foldCase(glob))?.map(stepsOf);
  return parsed?.every((steps) => steps !== undefined) ? parsed : undefined;
}

/** One form for all that file systems without regard to case take for the same name. */
const foldCase = (text: string): string =>
  text.normalize('NFC').toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFC');

/** `a{b,c}` as `ab` and `ac`. A brace without a comma is a literal one. `undefined`: it does not end, or too much. */
function expandBraces(glob: string): string[] | undefined {
  const done: string[] = [];
  const open = [glob];
  let length = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    length += next.length;
    if (length > 8 * maxExpandedLength) return undefined;
    const start = firstBrace(next);
    if (start < 0) {
      done.push(next);
      continue;
    }
    const group = partsOf(next, start);
    // `{1..3}` is a range in a shell.
    if (!group || (group.parts.length === 1 && group.parts[0]?.includes('..'))) return undefined;
    const parts = group.parts.length === 1 ? [`\\{${group.parts[0]}\\}`] : group.parts;
    for (const part of parts) open.push(next.slice(0, start) + part + group.after);
  }
  return done.join('').length > maxExpandedLength ? undefined : done;
}

function firstBrace(glob: string): number {
  for (let at = 0; at < glob.length; at += 1) {
    if (glob[at] === '\\') at += 1;
    else if (glob[at] === '{') return at;
  }
  return -1;
}

function partsOf(glob: string, start: number): { parts: string[]; after: string } | undefined {
  const parts: string[] = [];
  let depth = 0;
  let from = start + 1;
  for (let at = start; at < glob.length; at += 1) {
    const character = glob[at];
    if (character === '\\') at += 1;
    else if (character === '{') depth += 1;
    else if (character === ',' && depth === 1) {
      parts.push(glob.slice(from, at));
      from = at + 1;
    } else if (character === '}') {
      depth -= 1;
      if (depth > 0) continue;
      parts.push(glob.slice(from, at));
      return { parts, after: glob.slice(at + 1) };
    }
  }
  return undefined;
}

function stepsOf(glob: string): Step[] | undefined {
  const steps: Step[] = [];
  const characters = [...glob];
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? '';
    if (character === '*') {
      let end = at;
      while (characters[end] === '*') end += 1;
      const isSegment =
        (at === 0 || characters[at - 1] === '/') && (end === characters.length || characters[end] === '/');
      if (end - at < 2 || !isSegment) steps.push({ type: 'any' });
      else if (end === characters.length) steps.push({ type: 'deep' });
      else {
        if (steps.at(-1)?.type !== 'folders') steps.push({ type: 'folders' });
        end += 1;
      }
      at = end - 1;
    } else if (character === '?') steps.push({ type: 'one' });
    else if (character === '[') {
      const end = endOfSet(characters, at);
      if (end < 0) return undefined;
      steps.push({ type: 'set', isMember: membersOf(characters.slice(at + 1, end)) });
      at = end;
    } else if (character === '\\' && at + 1 < characters.length) {
      at += 1;
      steps.push({ type: 'literal', text: characters[at] ?? '' });
    } else steps.push({ type: 'literal', text: character });
  }
  return steps;
}

/** A `]` right after the start, or after a negation, is a member. */
function endOfSet(characters: readonly string[], start: number): number {
  const first = characters[start + 1] === '!' || characters[start + 1] === '^' ? start + 2 : start + 1;
  return characters.indexOf(']', first + 1);
}

function membersOf(characters: readonly string[]): (character: string) => boolean {
  const isNegated = characters[0] === '!' || characters[0] === '^';
  const ranges: (readonly [string, string])[] = [];
  for (let at = isNegated ? 1 : 0; at < characters.length; at += 1) {
    if (characters[at] === '\\' && at + 1 < characters.length) at += 1;
    const from = characters[at] ?? '';
    const to = characters[at + 2];
    if (characters[at + 1] === '-' && to !== undefined) {
      ranges.push([from, to]);
      at += 2;
    } else ranges.push([from, from]);
  }
  return (character) =>
    character !== '/' && ranges.some(([from, to]) => from <= character && character <= to) !== isNegated;
}

type Bits = Uint32Array;

/** Follows all positions in all patterns at once, a bit for each, so that no text makes it try one again. */
function automatonOf(alternatives: readonly (readonly Step[])[]): (characters: readonly string[]) => boolean {
  const steps = alternatives.flatMap((each): Step[] => [...each, { type: 'end' }]);
  const words = (steps.length >>> 5) + 1;
  const bitsOf = (isSet: (step: Step, at: number) => boolean): Bits => {
    const bits = new Uint32Array(words);
    for (const [at, step] of steps.entries())
      if (isSet(step, at)) bits[at >>> 5] = (bits[at >>> 5] ?? 0) | (1 << (at & 31));
    return bits;
  };
  const types = (...wanted: Step['type'][]) => bitsOf(({ type }) => wanted.includes(type));
  const stayInside = types('any', 'deep', 'folders');
  const staySlash = types('deep', 'folders');
  const skipInside = types('any', 'deep');
  const skipAtStart = stayInside;
  const ends = types('end');
  const starts = bitsOf((_, at) => at === 0 || steps[at - 1]?.type === 'end');
  skip(starts, skipAtStart);
  const goesOn = new Map<string, Bits>();
  const goesOnAt = (character: string): Bits => {
    let bits = goesOn.get(character);
    if (!bits) {
      bits = bitsOf((step) => consumes(step, character));
      if (goesOn.size < maxCharacters) goesOn.set(character, bits);
    }
    return bits;
  };

  return (characters) => {
    let states = starts;
    for (const character of characters) {
      const isSlash = character === '/';
      const on = goesOnAt(character);
      const stay = isSlash ? staySlash : stayInside;
      const next = new Uint32Array(words);
      let carry = 0;
      let alive = 0;
      for (let word = 0; word < words; word += 1) {
        const state = states[word] ?? 0;
        const moved = state & (on[word] ?? 0);
        const bits = (moved << 1) | carry | (state & (stay[word] ?? 0));
        carry = moved >>> 31;
        next[word] = bits;
        alive |= bits;
      }
      if (alive === 0) return false;
      skip(next, isSlash ? skipAtStart : skipInside);
      states = next;
    }
    return states.some((bits, word) => (bits & (ends[word] ?? 0)) !== 0);
  };
}

function consumes(step: Step, character: string): boolean {
  if (step.type === 'literal') return step.text === character;
  return step.type === 'set' ? step.isMember(character) : step.type === 'one' && character !== '/';
}

/** Positions after steps that need no character. Two such steps follow each other at most: `**` and `*`. */
function skip(states: Bits, skippable: Bits): void {
  for (let round = 0; round < 2; round += 1) {
    let carry = 0;
    for (let word = 0; word < states.length; word += 1) {
      const state = states[word] ?? 0;
      const moved = state & (skippable[word] ?? 0);
      states[word] = state | (moved << 1) | carry;
      carry = moved >>> 31;
    }
  }
}
