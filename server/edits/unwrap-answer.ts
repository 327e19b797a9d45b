/** Takes bare code out of what a model puts around it: backquotes, JSON, tags, a line with the name of the file or language. */
import type { ReplacedCode } from './choose-block.ts';
import { languageIdOf } from './language-ids.ts';

const markupLanguages = /^(?:html|xml|vue|svelte|javascriptreact|typescriptreact|markdown)$/;
const wrappers =
  /^<(code|answer|completion|output|result|new_code|replacement|updated_code|updated_file|file|content)(?:\s[^>]*)?>\n?([\s\S]*?)\n?<\/\1>$/;

/** @param replaced what the code replaces. Absent: it is for no file */
export function unwrapAnswer(code: string, replaced?: ReplacedCode): string {
  const text = code.trim();
  const quoted = /^(`{1,3})(?!`)(?:\w+ )?([^`\n]+)\1$/.exec(text)?.[2];
  if (quoted && !replaced?.text.trim().startsWith('`')) return quoted.trim();
  const isMarkup = markupLanguages.test(replaced?.languageId ?? '');
  const inner = isMarkup ? undefined : (wrappers.exec(text)?.[2] ?? toolContent(text));
  return (
    inner ?? codeInJson(text, replaced?.languageId) ?? (replaced ? withoutHeading(code, replaced) : code)
  );
}

/** A call of a tool that writes a file, as text. */
function toolContent(text: string): string | undefined {
  const tag = /^<(\w+)>/.exec(text)?.[1];
  const [opens, closes] = ['<content>', '</content>'];
  const start = text.indexOf(opens) + opens.length;
  const end = text.indexOf(closes, start);
  const isCall = tag !== undefined && text.endsWith(`</${tag}>`) && start >= opens.length;
  const isInside = end >= 0 && end + closes.length <= text.length - `</${tag}>`.length;
  return isCall && isInside ? text.slice(start, end).replace(/^\n/, '').replace(/\n$/, '') : undefined;
}

/** `{"code": "…"}`, where the file is no JSON. */
function codeInJson(text: string, languageId = 'json'): string | undefined {
  if (!text.startsWith('{') || /json/.test(languageId)) return undefined;
  try {
    const fields = Object.entries(JSON.parse(text) as Record<string, unknown>);
    const [[name, value] = ['']] = fields;
    const isCode = /^(?:code|completion|content|answer|result|text|new_?code|replacement)$/i.test(name);
    return fields.length === 1 && isCode && typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The first line names the file or the language, as a fence would. */
function withoutHeading(code: string, { name, languageId }: ReplacedCode): string {
  const [first = '', ...rest] = code.split('\n');
  const word = first.trim().replace(/^[`*#\s]+|(?<![`*:\s])[`*:\s]+$/g, '');
  const isName = word.split(/[\\/]/).at(-1) === name && /\.\w/.test(name);
  const isLanguage = /^[A-Za-z+#]{2,}$/.test(word) && languageIdOf(word.toLowerCase()) === languageId;
  const isHeading =
    rest.some((line) => line.trim() !== '') && (isName || (isLanguage && first.trim() === word));
  return isHeading ? rest.join('\n').replace(/^\n+/, '') : code;
}
