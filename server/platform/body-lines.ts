/** Lines of a text that arrives in chunks. */

/** Maximum characters of one event, so that a body without line ends cannot fill the memory. */
export const maxEventCharacters = 16 * 1024 * 1024;

/** Complete lines; `\n`, `\r\n` and a lone `\r` all end one. Throws a `RangeError` on a line over 16 Mi characters. */
export function bodyLines() {
  let rest = '';
  /** `rest` ends in a `\r` that may have ended a line. */
  let open = false;
  return {
    push(text: string): string[] {
      rest += text;
      if (rest.length > maxEventCharacters) throw new RangeError('An event is longer than 16 Mi characters.');
      // A long line arrives in many chunks: searching all of them again at each one would take quadratic time.
      if (!open && !/[\r\n]/.test(text)) return [];
      if (text) open = text.endsWith('\r');
      // A `\r` at the very end may be half of `\r\n`: wait for the next chunk.
      const end = Math.max(rest.lastIndexOf('\n'), rest.lastIndexOf('\r', rest.length - 2));
      if (end < 0) return [];
      const complete = rest.slice(0, end);
      const lines = complete.includes('\r') ? complete.split(/\r\n|\n|\r/) : complete.split('\n');
      // The last line was ended by the character at `end`; `\r\n` cut by slice leaves its `\r`, which split consumed.
      if (rest[end] === '\n' && rest[end - 1] === '\r') lines.pop();
      rest = rest.slice(end + 1);
      return lines;
    },
    /** The last line, when it has no end. */
    end(): string[] {
      const last = rest.replace(/\r$/, '');
      rest = '';
      return last ? [last] : [];
    },
    /** The line so far whose end has not arrived. */
    peek: (): string => rest,
    /** Part of a line has arrived. */
    isInsideLine: () => rest !== '' && rest !== '\r',
  };
}
