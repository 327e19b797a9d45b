/** Whether a Markdown text so far ends inside code: in an open fence, or between backquotes. */
export function isInsideCode(text: string): boolean {
  let open: string | undefined;
  let lineStart = 0;
  for (;;) {
    const lineEnd = text.indexOf('\n', lineStart);
    const line = lineEnd < 0 ? text.slice(lineStart) : text.slice(lineStart, lineEnd);
    const fence = /^[\s>]*(?:(?:[-*+]|\d{1,9}[.)])\s+)*(`{3,}(?=[^`]*$)|~{3,})(.*)$/.exec(line);
    if (fence) {
      const [, marks = '', info = ''] = fence;
      if (!open) open = marks;
      else if (info.trim() === '' && marks.startsWith(open)) open = undefined;
    }
    if (lineEnd < 0) return open !== undefined || (!fence && (line.match(/`/g)?.length ?? 0) % 2 === 1);
    lineStart = lineEnd + 1;
  }
}
