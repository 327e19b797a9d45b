/** A text without its blanks, for comparison: two models seldom write the same blanks, quotes and capitals. Pure. */

/** Typographic variants of the same mark; each is one UTF-16 unit, so that offsets stay. */
const variants: ReadonlyMap<string, string> = new Map([
  ...[...'\u2018\u2019\u201A\u201B`´'].map((mark) => [mark, "'"] as const),
  ...[...'\u201C\u201D\u201E\u201F«»'].map((mark) => [mark, '"'] as const),
  ...[...'\u2010\u2011\u2012\u2013\u2014\u2015\u2212'].map((mark) => [mark, '-'] as const),
]);

const blank = /\s/;

/** The units of a text that are no blanks, in comparable form, and where each was. It grows by `add`. */
export function nonblankText(first = '') {
  let units = '';
  let length = 0;
  const offsets: number[] = [];

  const add = (text: string): void => {
    for (const unit of text.split('')) {
      if (!blank.test(unit)) {
        units += comparable(unit);
        offsets.push(length);
      }
      length += 1;
    }
  };
  add(first);

  return {
    get units() {
      return units;
    },
    /** Where the unit with this index is in the text, in UTF-16 units. */
    offsetOf: (index: number): number => offsets[index] ?? length,
    add,
  };
}

export type NonblankText = ReturnType<typeof nonblankText>;

/** Whether a text ends so only once, and the end is not one part again and again: then it shows a place. */
export const isOnlyEndOf = (units: string, end: string): boolean =>
  units.indexOf(end) === units.length - end.length && !repeatsItself(end);

function repeatsItself(units: string): boolean {
  for (let period = 1; period <= units.length / 2; period += 1)
    if (units.startsWith(units.slice(period))) return true;
  return false;
}

function comparable(unit: string): string {
  const variant = variants.get(unit);
  if (variant !== undefined) return variant;
  const lower = unit.toLowerCase();
  return lower.length === 1 ? lower : unit;
}
