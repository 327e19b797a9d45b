/** Whether a Markdown text so far ends inside code: in an open fence, or between backquotes. */
export function isInsideCode(text: string): boolean {
  let open: string | undefined;
  let lineStart = 0;
  for (;;) {
    const lineEnd = text.indexOf('\n', lineStart);
    const line = lineEnd < 0 ? text.slice(lineStart) : text.slice(lineStart, lineEnd);
    const fence = fenceOf(line);
    if (fence) {
      const { marks, info } = fence;
      if (!open) open = marks;
      else if (info.trim() === '' && marks.startsWith(open)) open = undefined;
    }
    if (lineEnd < 0) return open !== undefined || (!fence && (line.match(/`/g)?.length ?? 0) % 2 === 1);
    lineStart = lineEnd + 1;
  }
}

function fenceOf(line: string): { readonly marks: string; readonly info: string } | undefined {
  const [before = ''] = /^[\s>]*(?:(?:[-*+]|\d{1,9}[.)])\s+)*/.exec(line) ?? [];
  const [marks] = /^(?:`{3,}|~{3,})/.exec(line.slice(before.length)) ?? [];
  const info = line.slice(before.length + (marks?.length ?? 0));
  return marks && !(marks.startsWith('`') && info.includes('`')) ? { marks, info } : undefined;
}
