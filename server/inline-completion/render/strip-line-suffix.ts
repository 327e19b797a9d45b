/** Removes from a line in the middle of another one what already follows the cursor. */
export function stripLineSuffix(text: string, lineSuffix: string): string {
  const suffix = lineSuffix.trim();
  const at = suffix.length > 1 ? text.indexOf(suffix) : -1;
  if (at >= 0 && isTokenBoundary(text, at) && (suffix.length > 3 || text.slice(at).trim() === suffix))
    return text.slice(0, at);

  const trimmed = text.trimEnd();
  for (let length = Math.min(trimmed.length, suffix.length); length > 0; length--) {
    const from = trimmed.length - length;
    if (
      trimmed.endsWith(suffix.slice(0, length)) &&
      isTokenBoundary(trimmed, from) &&
      isTokenBoundary(suffix, length)
    )
      return text.slice(0, from);
  }
  return text;
}

/** Cutting here splits neither a word nor an operator of several characters. */
function isTokenBoundary(text: string, at: number): boolean {
  const [one = '', other = ''] = [text[at - 1], text[at]];
  if (/[\p{L}\d_$]/u.test(one) && /[\p{L}\d_$]/u.test(other)) return false;
  return !(one === other && /[=+&|.*?-]/.test(one));
}
