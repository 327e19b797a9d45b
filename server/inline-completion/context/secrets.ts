/** Recognises lines with keys and passwords by their form, so that snippets can leave them out. */
import { keyBeginning } from '../../platform/key-patterns.ts';

/** The text without lines that look as if they contain a secret. All other lines stay unchanged. */
export function removeSecretLines(text: string): string {
  const lines = text.split(/(?<=\n)/);
  const publicLines: string[] = [];
  let inKey = false;
  for (const line of lines) {
    if (privateKeyStart.test(line)) inKey = true;
    const ends = privateKeyEnd.test(line);
    // The key may begin above the text.
    if (ends && !inKey)
      while (publicLines.length > 0 && privateKeyBody.test(publicLines.at(-1) ?? '')) publicLines.pop();
    if (!inKey && !ends && !looksSecret(line)) publicLines.push(line);
    if (ends) inKey = false;
  }
  return publicLines.join('');
}

/** @param line without line ends in the middle */
export const looksSecret = (line: string): boolean =>
  // A line this long is data; what it holds is not looked for.
  line.length > maxLineLength ||
  privateKeyStart.test(line) ||
  keyPatterns.some((shape) => shape.test(line)) ||
  assignsSecret(line) ||
  hasRandomText(line);

const maxLineLength = 1000;
const privateKeyStart = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY/;
const privateKeyEnd = /-----END [A-Z0-9 ]*PRIVATE KEY/;
const privateKeyBody = /^[^\w+/=]*[\w+/=]{8,}[^\w+/=]*$/;

/** Key formats of services. */
const keyPatterns: readonly RegExp[] = [
  /\b(?:sk|pk|rk)[-_](?:live|test|proj|ant|or|svcacct)[-_][\w-]{8,}/,
  /\b(?:sk|xai|key|pat|nvapi|sntrys|dop_v1|shpat|shpss|glpat|glrt|npm|pypi|lin_api|ghp|gho|ghu|ghs|ghr|github_pat|gsk|hf|r8|dckr_pat)[-_][A-Za-z0-9_-]{16,}/,
  new RegExp(`\\b${keyBeginning}[\\w-]{24,}`),
  /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/,
  /\bxox[abeoprs]-[\w-]{10,}/,
  /\bSG\.[\w-]{16,}\.[\w-]{16,}/,
  /(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8}/,
  /\bhooks\.slack\.com\/services\/\w+/,
  // A password in a URL.
  /\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@'"`<>{}$]*:[^\s/@'"`<>{}$]+@/i,
  /\b(?:bearer|basic)\s+[A-Za-z0-9+/_.~-]{16,}/i,
];

/** A name that means a secret, and a literal after it. */
const assignment =
  /(?<name>passw(?:or)?d|passphrase|pwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|account[-_]?key|auth[-_]?key|credentials?|connection[-_]?string)['"\]]{0,4}\s{0,20}(?::\s{0,20}\w{1,60}\s{0,20})?(?:=>|:=|=|:)\s{0,20}(?:[brfu]?(?<quote>["'`])(?<quoted>(?:(?!\k<quote>).)*)\k<quote>|(?<bare>[^\s'"`,;(){}[\]<>]+)\s*[,;]?\s*$)/gi;

type Assignment = { readonly name?: string; readonly quoted?: string; readonly bare?: string };

const assignsSecret = (line: string): boolean =>
  line.matchAll(assignment).some(({ groups = {} }) => {
    const { name = '', quoted, bare = '' }: Assignment = groups;
    const literal = quoted ?? bare;
    if (literal.length < 6 || placeholderValue.test(literal)) return false;
    // Without quotes it is more often an identifier than a secret; quoted words are a secret only as a password.
    if (quoted === undefined) return /\d/.test(bare) && !memberPath.test(bare);
    return /^(?:pass|pwd)/i.test(name) || !plainWords.test(quoted);
  });

/** A reference to where the secret is stored, a sentence, or a placeholder. */
const placeholderValue =
  /\s|^(?:\$|%|\{|<|process\.|os\.|env\.|ENV\[|self\.|this\.|null|undefined|none|true|false)|\$\{|^(?:x+|\*+|\.+)$|your|example|changeme|placeholder|dummy/i;
const memberPath = /^[a-z_$][\w$]*(?:(?:\.|::|->)[\w$]+)+$/i;
const plainWords = /^[a-z]+(?:[-_.:/][a-z]+)*$/i;

/** Letters and digits without the order of a word, a path or a number: a key of an unknown service. */
const randomRun = /[A-Za-z0-9+/_=-]{32,}/g;
const bitsPerCharacter = 3.5;

function hasRandomText(line: string): boolean {
  for (const [run] of line.matchAll(randomRun)) {
    if (/^[\da-f-]+$/i.test(run) && run.replaceAll('-', '').length >= 32 && /\d/.test(run)) return true;
    // Words and paths have separators; keys have long runs without one.
    const stretch = run
      .split(/[_/-]/)
      .reduce((longest, part) => (part.length > longest.length ? part : longest));
    if (stretch.length < 20 || !/\d/.test(stretch) || !/[a-z]/i.test(stretch)) continue;
    if (entropyOf(stretch) >= bitsPerCharacter) return true;
  }
  return false;
}

/** Bits per character, by the frequency of each character. */
function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
