/** Code fences of Markdown that somebody else began: what follows such a text must not land in its code. */

/** A fence stands behind blanks, and behind the marks of the lists and quotations it belongs to. */
const opening = /^((?:\s|>|[-*+]\s|\d{1,9}[.)]\s)*)(`{3,}(?=[^`]*$)|~{3,})/;

/**
 * The text with its last code fence closed, if that is open, so that our own words may follow.
 * https://spec.commonmark.org/0.31.2/#fenced-code-blocks
 */
export function withFenceClosed(text: string): string {
  let open: { readonly indent: string; readonly fence: string } | undefined;
  for (const line of text.split('\n')) {
    if (open) {
      if (closes(line, open.fence)) open = undefined;
      continue;
    }
    const [, before = '', fence] = opening.exec(line) ?? [];
    // Inside a list it is closed at its own depth: further left it would be a new fence. A quotation stays one.
    if (fence) open = { indent: before.replace(/[^\s>]/g, ' '), fence };
  }
  if (!open) return text;
  return `${text}${text.endsWith('\n') ? '' : '\n'}${open.indent}${open.fence}`;
}

/** Whether this line ends a block that was opened with `fence`: the same sign, at least as often, and nothing else. */
function closes(line: string, fence: string): boolean {
  const rest = line.replace(/^[\s>]*/, '').trimEnd();
  return rest.length >= fence.length && rest === fence.charAt(0).repeat(rest.length);
}
