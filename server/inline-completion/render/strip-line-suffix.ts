/** A line for the middle of another one, without what stands behind the cursor. */
export function stripLineSuffix(text: string, tail: string): string {
  const behind = tail.trim();
  const at = behind.length > 1 ? text.indexOf(behind) : -1;
  if (at >= 0 && isTokenBoundary(text, at) && (behind.length > 3 || text.slice(at).trim() === behind))
    return text.slice(0, at);

  const said = text.trimEnd();
  for (let length = Math.min(said.length, behind.length); length > 0; length--) {
    const from = said.length - length;
    if (
      said.endsWith(behind.slice(0, length)) &&
      isTokenBoundary(said, from) &&
      isTokenBoundary(behind, length)
    )
      return text.slice(0, from);
  }
  return text;
}

/** Neither a word nor a sign of several characters is torn apart here. */
function isTokenBoundary(text: string, at: number): boolean {
  const [one = '', other = ''] = [text[at - 1], text[at]];
  if (/[\p{L}\d_$]/u.test(one) && /[\p{L}\d_$]/u.test(other)) return false;
  return !(one === other && /[=+&|.*?-]/.test(one));
}
