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
/** Characters of a path that are matched; a longer one matches every pattern. */
const maxPathLength = 2048;

/** One step of a pattern. `any`: within a folder; `deep`: across folders; `folders`: whole folders or none. */
type Step =
  | { readonly type: 'literal'; readonly text: string }
  | { readonly type: 'set'; readonly isMember: (character: string) => boolean }
  | { readonly type: 'one' | 'any' | 'deep' | 'folders' };

export type GlobMatcher = (path: string) => boolean;

/** Compares without regard to case. `undefined`: not a pattern of this kind, or too large. */
export function compileGlob(glob: string): GlobMatcher | undefined {
  if (glob.length > maxGlobLength + 8 || /[!@?*+]\(|\[\[:/.test(glob)) return undefined;
  const parsed = expandBraces(foldCase(glob))?.map(stepsOf);
  if (!parsed?.every((steps) => steps !== undefined)) return undefined;
  const automata = parsed.map(automatonOf);
  return (path) => {
    if (path.length > maxPathLength) return true;
    const characters = [...foldCase(path)];
    return automata.some((matches) => matches(characters));
  };
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

/** Follows all positions in the pattern at once, a bit for each, so that no text makes it try one again. */
function automatonOf(steps: readonly Step[]): (characters: readonly string[]) => boolean {
  const words = (steps.length >>> 5) + 1;
  const bitsOf = (isSet: (step: Step) => boolean): Bits => {
    const bits = new Uint32Array(words);
    for (const [at, step] of steps.entries())
      if (isSet(step)) bits[at >>> 5] = at32(bits, at) | (1 << (at & 31));
    return bits;
  };
  const types = (...wanted: Step['type'][]) => bitsOf(({ type }) => wanted.includes(type));
  const stayInside = types('any', 'deep', 'folders');
  const staySlash = types('deep', 'folders');
  const skipInside = types('any', 'deep');
  const skipAtStart = stayInside;
  const goesOn = new Map<string, Bits>();
  const goesOnAt = (character: string): Bits => {
    let bits = goesOn.get(character);
    if (!bits) {
      bits = bitsOf((step) => consumes(step, character));
      if (goesOn.size < maxPathLength) goesOn.set(character, bits);
    }
    return bits;
  };

  return (characters) => {
    let states: Bits = new Uint32Array(words);
    states[0] = 1;
    skip(states, skipAtStart);
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
    return ((states[steps.length >>> 5] ?? 0) & (1 << (steps.length & 31))) !== 0;
  };
}

const at32 = (bits: Bits, at: number): number => bits[at >>> 5] ?? 0;

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
