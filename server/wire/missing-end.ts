/** Texts that a service sends in pieces, and again as a whole. */

/**
 * What a whole text has beyond the pieces that were delivered; empty when they are all of it. Pieces that are no beginning
 * of the text are another version of it (trimmed, or without comments), and stay.
 */
export function missingEnd(delivered: string, whole: string): string {
  if (whole.startsWith(delivered)) return whole.slice(delivered.length);
  const [begun, trimmed] = [delivered.trim(), whole.trim()];
  return trimmed.startsWith(begun) ? trimmed.slice(begun.length) : '';
}
