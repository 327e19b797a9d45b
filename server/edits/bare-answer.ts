/** An answer without a code block: code, or prose, or code with prose around it. */

/** Languages whose text is prose itself. */
const proseLanguages =
  /^(?:markdown|mdx|mdc|plaintext|latex|tex|bibtex|restructuredtext|asciidoc|typst|org|git-commit|git-rebase|rmd|quarto|prompt|instructions|chatagent|skill|csv|log|subtitles|html|xml|feature|gherkin|cucumber)$/;

const refusal =
  /^\s*(?:["'*_>]\s*)*(?:(?:I['\u2019]?m|I am) (?:sorry|afraid|unable|not (?:able|sure|certain))|sorry\b|unfortunately\b|apologies\b|I (?:apologi[sz]e|can(?:['\u2019]t|not| not)|could(?:n['\u2019]t| not)|do(?:n['\u2019]t| not)|won['\u2019]t|need|would need|require)\b|as an AI\b|(?:could|can|would|will|do|did|should) you\b|please (?:provide|share|paste|clarify|specify|give|tell|let|send|describe|confirm)\b|(?:wh(?:ich|at|ere|o)|how) (?:\w+ ){0,6}(?:do|would|should|did|is|are|exactly)\b[^\n]*\?|before I\b|to (?:help|assist|proceed|make this change)\b|it (?:looks|seems|appears) (?:like|as|that)\b|there(?:['\u2019]s| is| are) no\b|no (?:code|file|changes?)\b|lo siento\b|no (?:puedo|tengo|veo|hay)\b|disculpa\b|(?:\u00bf)|necesito\b|por favor\b|(?:podr\u00edas|puedes)\b)/i;

/** A sentence of words, without the characters of code. */
const isSentence = (line: string): boolean =>
  /^\s*(?:[-*\u2022]\s+|\d+[.)]\s+|>\s*)?[\p{Lu}\u00bf\u00a1"'\u201c*_`]/u.test(line) &&
  !/[{}=<>[\]\\|$]/.test(line) &&
  /[.:!?\u3002\uff1f\uff1a]["'\u201d)*_]*$/.test(line.trimEnd());
const announcement =
  /^\s*(?:[*_>]+\s*)?(?:(?:Sure|Certainly|Of course|Absolutely|Okay|OK|Great|Got it|Done|Yes|No|Claro|Por supuesto|Vale|Perfecto|Listo|S\u00ed)(?:[!,.:]|\s*$)|Here(?:['\u2019]s| is| are| you go)\b|Below is\b|(?:I|We)(?:['\u2019](?:ve|ll|m|d))? \p{L}+|Let(?:['\u2019]s| me) \p{L}+|This (?:is|code|function|change|version|will|should)\b|The (?:updated?|new|complete|full|following|code|file|change|function|answer|fixed)\b|Aqu\u00ed (?:est\u00e1|tienes|va|te)|He (?:a\u00f1adido|cambiado)|Note:|Explanation:|Changes?(?: made)?:|\*\*)/iu;

export const isProseLanguage = (languageId: string): boolean => proseLanguages.test(languageId);

/** Whether a text refuses, or asks the user, instead of answering. */
export const isRefusal = (text: string): boolean => refusal.test(text);

/**
 * The code of an answer without a block. `undefined`: it is prose.
 * @param languageId of the file. Absent: there is none
 */
export function bareCode(answer: string, languageId?: string): string | undefined {
  const text = answer
    .replace(/\r\n?/g, '\n')
    .replace(/^(?:[ \t]*\n)+/, '')
    .trimEnd();
  if (text === '') return undefined;
  if (languageId !== undefined && isProseLanguage(languageId))
    return isRefusal(text) && addressesUser(text) ? undefined : withoutAnnouncement(text);
  if (isRefusal(text) && !looksLikeCode(text)) return undefined;
  return withoutProseParagraphs(withoutProseLines(text));
}

/** The code without an announcement directly above it, and a remark directly below. */
function withoutProseLines(text: string): string {
  const lines = text.split('\n');
  const [first = ''] = lines;
  if (lines.length > 1 && /:\s*$/.test(first) && announcement.test(first) && isProseLine(first))
    lines.shift();
  const last = lines.at(-1) ?? '';
  const isRemark = /^(?:This|That|It|I|You|Note|Now|Here|Esto|Este|Ahora)\b/.test(last);
  if (lines.length > 1 && isRemark && isSentence(last) && isProseLine(last)) lines.pop();
  return lines.every((line) => line.trim() === '') ? text : lines.join('\n');
}

/** The code without paragraphs of prose above and below it. `undefined`: there is nothing else. */
function withoutProseParagraphs(text: string): string | undefined {
  const paragraphs = text.split(/(?<=\n)(?:[ \t]*\n)+/);
  const first = paragraphs.findIndex((paragraph) => !isProse(paragraph));
  if (first < 0) return undefined;
  const last = paragraphs.findLastIndex((paragraph) => !isProse(paragraph));
  if (first === 0 && last === paragraphs.length - 1) return text;
  const start = text.indexOf(paragraphs[first] ?? '');
  const end = text.lastIndexOf(paragraphs[last] ?? '') + (paragraphs[last] ?? '').length;
  return text.slice(start, end).trimEnd();
}

/** A document follows “Here is the updated README:” after an empty line. */
const withoutAnnouncement = (text: string): string =>
  text.replace(/^(?=[^\n]*:[ \t]*\n[ \t]*\n)([^\n]+)\n(?:[ \t]*\n)+/, (whole, line: string) =>
    announcement.test(line) && !/^\s*(?:\*\*|#)/.test(line) ? '' : whole,
  );

function isProse(paragraph: string): boolean {
  const lines = paragraph.split('\n').filter((line) => line.trim() !== '');
  // A sentence may be wrapped.
  return (
    lines.every(isProseLine) || (lines.length > 1 && isProseLine(lines.map((line) => line.trim()).join(' ')))
  );
}

function isProseLine(line: string): boolean {
  if (/^\s*(?:\/\/|\/\*|\*\s|#!|--|;|%|<!--|"""|''')/.test(line)) return false;
  // A comment of many languages is a heading of Markdown.
  if (/^\s*#/.test(line)) return false;
  const plain = line.replace(/`[^`]*`/g, 'x');
  if (/[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]{4}/.test(plain) && !/[{};=<>]/.test(plain))
    return /[\u3002\uff01\uff1f.!?:\uff1a]\s*$/.test(plain);
  if (/[;{}]\s*$|^\s*[)\]}]|\w\(|=>|\S\s?[=+*/]=?\s\S/.test(plain)) return false;
  const words = plain.trim().split(/\s+/).length;
  if (announcement.test(plain))
    return words >= 2 || /[.!:]\s*$/.test(plain) || /^\s*(?:sure|okay|ok|done)\s*$/i.test(plain);
  return (
    (isSentence(plain) && words >= 4) ||
    (/^[\p{Lu}]/u.test(plain) && /^[\p{L}\p{M}\s,.'\u2019-]+$/u.test(plain) && words >= 6)
  );
}

/** In a file of prose, a sentence that begins like a refusal may be its content. */
const addressesUser = (text: string): boolean =>
  text.length < 600 &&
  /\?\s*$|\b(?:sorry|apolog|cannot|can['\u2019]t|unable|unfortunately|lo siento|no puedo)/i.test(text);

/** Lines that no sentence has. */
const looksLikeCode = (text: string): boolean =>
  text
    .split('\n')
    .filter((line) =>
      /[;{}]\s*$|^\s*[)\]}]|^\s*(?:import|from|def|class|function|const|let|var|return|#include|package|use|func|fn|public|private)\b.*\W/.test(
        line,
      ),
    ).length >= 2;
