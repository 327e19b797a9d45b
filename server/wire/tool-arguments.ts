/** The arguments of a tool call as JSON text: whether they are whole, and what services put around them. */

/** Follows JSON text as it arrives, each character once. */
export function jsonProgress() {
  let depth = 0;
  let isInString = false;
  let isEscaped = false;
  let length = 0;
  let closedAt = -1;
  return {
    push(text: string): void {
      for (let at = 0; at < text.length && closedAt < 0; at++) {
        const code = text.charCodeAt(at);
        if (isEscaped) isEscaped = false;
        else if (code === 0x5c) isEscaped = isInString;
        else if (code === 0x22) {
          isInString = !isInString;
          if (!isInString && depth === 0) closedAt = length + at + 1;
        } else if (!isInString && (code === 0x7b || code === 0x5b)) depth += 1;
        else if (!isInString && (code === 0x7d || code === 0x5d)) {
          depth -= 1;
          if (depth <= 0) closedAt = length + at + 1;
        }
      }
      length += text.length;
    },
    /** Characters up to the end of the first object, list or string; -1: it is still open. */
    closedAt: (): number => closedAt,
  };
}

export type JsonProgress = ReturnType<typeof jsonProgress>;

/** Whether a fragment begins an object, or a text that holds one. */
export const beginsArguments = (text: string): boolean => /^\s*(?:"\s*)?\{/.test(text);

/**
 * The arguments as JSON text: an object as the model wrote it, without what was put around it.
 * @param closedAt where the text's first value ends; -1: nowhere
 * @returns `undefined` for a text that is not whole, or no JSON
 */
export function readArguments(text: string, closedAt: number): string | undefined {
  const whole = jsonArguments(text);
  if (whole !== undefined || closedAt < 0) return whole;
  // Before the object some models open a code block.
  const closed = text.slice(0, closedAt).replace(/^\s*`{3}(?:json)?\s*/i, '');
  // Behind the object some models write another brace, a tag or a blank; in it, line breaks without an escape.
  return jsonArguments(closed) ?? jsonArguments(escapeControls(closed)) ?? jsonArguments(fromPython(closed));
}

function jsonArguments(text: string): string | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return '{}';
  let value: unknown;
  try {
    value = JSON.parse(trimmed);
  } catch {
    return undefined;
  }
  // A text that was quoted once more.
  if (typeof value === 'string') return jsonArguments(value);
  // No arguments, as other languages write an empty map.
  if (value === null || (Array.isArray(value) && value.length === 0)) return '{}';
  return text;
}

const pythonWords: Readonly<Record<string, string>> = { True: 'true', False: 'false', None: 'null' };

/** Python's way to write an object, which small models take for JSON: other quotes and words, a comma before the end. */
const fromPython = (text: string): string =>
  text.replace(
    /"(?:[^"\\]|\\[\s\S]|\\$)*"?|'((?:[^'\\]|\\[\s\S]|\\$)*)'?|\b(?:True|False|None)\b|,(?=\s{0,80}[}\]])/g,
    (token: string, quoted?: string) => {
      if (quoted !== undefined) return JSON.stringify(quoted.replace(/\\(['"\\])/g, '$1'));
      return token === ',' ? '' : (pythonWords[token] ?? token);
    },
  );

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Line breaks and tabs inside the strings of a JSON text, escaped. */
const escapeControls = (text: string): string =>
  text.replace(/"(?:[^"\\]|\\[\s\S]|\\$)*"?/g, (string) =>
    string.replace(/[\n\r\t]/g, (control) => escapes[control] ?? control),
  );
