/** Closes an open code fence of foreign Markdown, so that text after it is not part of its code. */

/** A fence may follow whitespace and the markers of its lists and quotations. */
const opening = /^((?:\s|>|[-*+]\s|\d{1,9}[.)]\s)*)(`{3,}(?=[^`]*$)|~{3,})/;

/**
 * The text with its last code fence closed, if that is open, so that more text can follow.
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
    // In a list the closing fence is indented like the opening one: further left it would open a new fence.
    if (fence) open = { indent: before.replace(/[^\s>]/g, ' '), fence };
  }
  if (!open) return text;
  return `${text}${text.endsWith('\n') ? '' : '\n'}${open.indent}${open.fence}`;
}

/** Whether this line closes a block that `fence` opened: the same character, at least as often, and nothing else. */
function closes(line: string, fence: string): boolean {
  const rest = line.replace(/^[\s>]*/, '').trimEnd();
  return rest.length >= fence.length && rest === fence.charAt(0).repeat(rest.length);
}
