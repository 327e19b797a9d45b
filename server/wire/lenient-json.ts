/** JSON objects that are sound but for what some services write against the standard. */
import { parseJsonObject } from './json-object.ts';

/** A JSON string, also one with control characters in it, or a number that JSON does not have. */
const stringOrNumber = /"(?:[^"\\]|\\[\s\S]|\\$)*"?|-?\b(?:NaN|Infinity)\b/g;
const controlCharacters = /[^ -\uFFFF]/g;

/**
 * The object in a text that is no valid JSON: Python writes `NaN` and `Infinity`, some servers leave control characters in
 * strings unescaped, and some proxies encode an event twice. `undefined`: something else is wrong, or missing.
 */
export function parseLenientObject(text: string): object | undefined {
  const encoded = /^\s*"\s*\{/.test(text) ? parseString(text) : undefined;
  if (encoded !== undefined) return parseJsonObject(encoded);
  const first = text.search(/\S/);
  if (text[first] !== '{' || !/\}\s*$/.test(text.slice(-80))) return;
  return parseJsonObject(
    text.replace(stringOrNumber, (token) =>
      token.startsWith('"') ? token.replace(controlCharacters, escapeCharacter) : 'null',
    ),
  );
}

function parseString(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

const escapeCharacter = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
