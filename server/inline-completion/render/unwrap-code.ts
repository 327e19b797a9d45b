/** Takes code out of the wrapping that a chat model may put around it: the name of the language above it, or JSON. */
import { languageIdOf } from '../../edits/language-ids.ts';
import type { CursorContext } from './cursor-context.ts';
import { isBlank } from './indentation.ts';
import type { LineStage, StageOutput } from './line-stage.ts';

/** Lines that may belong to one JSON document. */
const maxHeldLines = 40;
/** JSON whose first field is the code, or may follow. */
const wrappingJson =
  /^\s*\{\s*(?:"(?:completion|code|insert|insertion|insert_?text|missing|answer|output|suggestion|middle|fill|content)"\s*:|$)/i;
/** What a model adds to the code in JSON. */
const remarks = 'explanation|reasoning|language|confidence|notes?|description';
/** An object with another value than a string, with fields of its own, or with code behind it. */
const objectInCode = new RegExp(
  String.raw`^\s*\{\s*"\w+"\s*:\s*(?:"(?:[^"\\]|\\.)*"\s*(?:,\s*(?!"(?:${remarks})")[^\s]|\}\s*[^\s}])|[^"\s])`,
  'i',
);

const nothing: StageOutput = { lines: [] };

export function codeUnwrapper({ languageId, enclosing }: CursorContext, isChat: boolean): LineStage {
  /** Lines that may be a wrapping. `undefined`: the code has begun. */
  let heldLines: string[] | undefined = isChat && !enclosing ? [] : undefined;

  const release = (): StageOutput => {
    const lines = heldLines ?? [];
    heldLines = undefined;
    return { lines };
  };

  return {
    transform(line) {
      if (!heldLines) return { lines: [line] };
      if (heldLines.length === 0 && isBlank(line)) return { lines: [line] };
      const [first] = heldLines;
      if (first !== undefined && isLanguageName(first, languageId)) {
        if (isBlank(line)) return nothing;
        heldLines = undefined;
        return { lines: [line] };
      }
      heldLines.push(line);
      if (first === undefined && isLanguageName(line, languageId)) return nothing;
      const text = heldLines.join('\n');
      const isWrapping = !/json/.test(languageId) && wrappingJson.test(text) && !objectInCode.test(text);
      if (!isWrapping || heldLines.length > maxHeldLines) return release();
      const code = codeInJson(text);
      return code === undefined ? nothing : { lines: code.split(/\r?\n/), isLast: true };
    },
    // JSON that is cut is no code.
    flush: () => (heldLines && /^\s*\{\s*"/.test(heldLines.join('\n')) ? nothing : release()),
  };
}

const isLanguageName = (line: string, languageId: string): boolean => {
  const word = line.trim().toLowerCase();
  return word.length > 1 && /^[a-z+#]+$/.test(word) && [word, languageIdOf(word)].includes(languageId);
};

/** The first string of a JSON object. `undefined`: it is not complete, or has another first value. */
function codeInJson(text: string): string | undefined {
  try {
    const [code]: unknown[] = Object.values(JSON.parse(text));
    return typeof code === 'string' ? code : undefined;
  } catch {
    return undefined;
  }
}
