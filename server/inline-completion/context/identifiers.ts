/** Hashes the identifiers of a text, to measure how similar two texts are. */

/** Hashes of distinct words; collisions are too rare to matter. */
export type WordHashes = Uint32Array;

/** Only texts of random letters have more. */
const maxWords = 1_024;
/** A power of two, at least twice `maxWords`. */
const slotCount = 1 << 11;
const minLength = 3;

/** Hashes of the words of at least three characters, without common keywords. */
export function hashWords(text: string, start = 0, end = text.length): WordHashes {
  scratchTable.clear();
  for (let at = start; at < end && scratchTable.size < maxWords; ) {
    let code = text.charCodeAt(at);
    if (!isLetter(code)) {
      // Digits and letters after a digit belong to a number.
      at += 1;
      if (isDigit(code)) while (at < end && isWordCharacter(text.charCodeAt(at))) at += 1;
      continue;
    }
    const first = at;
    let hash = fnvBasis;
    do {
      hash = Math.imul(hash ^ code, fnvPrime);
      at += 1;
      code = at < end ? text.charCodeAt(at) : 0;
    } while (isWordCharacter(code));
    if (at - first < minLength) continue;
    const word = hash >>> 0 || 1;
    if (!keywords.has(word)) scratchTable.add(word);
  }
  return scratchTable.values();
}

/** A set for many comparisons, of at most `maxWords` words. */
export function wordSet(words: WordHashes): WordSet {
  const set = hashTable();
  for (const word of words) set.add(word);
  return set;
}

/** 0–1: common words divided by all words of both. */
export function jaccardSimilarity(set: WordSet, words: WordHashes): number {
  const shared = set.shared(words);
  return shared === 0 ? 0 : shared / (set.size + words.length - shared);
}

export type WordSet = ReturnType<typeof hashTable>;

/** Open addressing in one array: a `Set` would allocate each of these large numbers on the heap. 0 is no word. */
function hashTable() {
  const slots = new Uint32Array(slotCount);
  const list = new Uint32Array(maxWords);
  let size = 0;
  const slotOf = (word: number): number => {
    let slot = word & (slotCount - 1);
    while (slots[slot] !== 0 && slots[slot] !== word) slot = (slot + 1) & (slotCount - 1);
    return slot;
  };
  return {
    get size() {
      return size;
    },
    has: (word: number): boolean => slots[slotOf(word)] === word,
    add(word: number): void {
      const slot = slotOf(word);
      if (slots[slot] === word || size >= maxWords) return;
      slots[slot] = word;
      list[size] = word;
      size += 1;
    },
    shared(words: WordHashes): number {
      let shared = 0;
      for (let index = 0; index < words.length; index += 1) {
        const word = words[index] ?? 0;
        let slot = word & (slotCount - 1);
        while (slots[slot] !== 0) {
          if (slots[slot] === word) {
            shared += 1;
            break;
          }
          slot = (slot + 1) & (slotCount - 1);
        }
      }
      return shared;
    },
    values: (): WordHashes => list.slice(0, size),
    clear(): void {
      slots.fill(0);
      size = 0;
    },
  };
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
/** ASCII letters, `_`, `$`, and everything beyond ASCII: mostly letters of other scripts. */
const isLetter = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code === 36 || code >= 0xaa;
const isWordCharacter = (code: number): boolean => isLetter(code) || isDigit(code);

/** FNV-1a, 32 bits. http://www.isthe.com/chongo/tech/comp/fnv/ */
const fnvBasis = 0x811c9dc5;
const fnvPrime = 0x01000193;

const hashOf = (word: string): number => {
  let hash = fnvBasis;
  for (let at = 0; at < word.length; at += 1) hash = Math.imul(hash ^ word.charCodeAt(at), fnvPrime);
  return hash >>> 0 || 1;
};

const keywords: ReadonlySet<number> = new Set(
  `abstract and any assert async await begin bool boolean break byte case catch char class const constructor continue
  def default defer del delete double elif else elsif end ensure enum except export extends extern false final finally
  float fn for foreach from func function global goto has if impl implements import in include instanceof int interface
  internal is lambda let long loop match mod module mut namespace new nil none nonlocal not null number object of operator
  or out override package pass private proc protected protocol pub public raise readonly record ref require rescue
  return self short sizeof static str string struct super switch template then this throw throws trait true try type
  typedef typeof undefined union unless unsafe unsigned until use using val var virtual void when where while with yield
  None True False Self`
    .split(/\s+/)
    .map(hashOf),
);

const scratchTable = hashTable();
