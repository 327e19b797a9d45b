/** Extracts what a file exports: the signatures of its declarations without bodies, and its types in full. */

type Signature = { readonly name: string; readonly text: string };

const maxCharacters = 100_000;
/** Longer types are cut. */
const maxLines = 16;
/** Longer lines are data or generated, and declare nothing. */
const maxLineLength = 300;
/** Per file. */
const maxSignatures = 40;

/** @param names the names to extract. Empty, or none of them declared: all. */
export function extractSignatures(text: string, languageId: string, names: readonly string[]): string {
  const grammar = grammars.find(({ languages }) => languages.split(' ').includes(languageId));
  if (!grammar) return '';
  const all = findDeclarations(text.slice(0, maxCharacters), grammar);
  const named = all.filter(({ name }) => names.includes(name));
  return (named.length > 0 ? named : all)
    .slice(0, maxSignatures)
    .map(({ text }) => `${text}\n`)
    .join('');
}

type Grammar = {
  readonly languages: string;
  /** Lines that declare something visible to other files; the group `name` is its name. */
  readonly declares: readonly RegExp[];
  /** Declarations whose body matters. */
  readonly isType: RegExp;
  /** Declarations of which only the heads of the members matter. Absent: none. */
  readonly member?: RegExp;
};

function findDeclarations(text: string, { declares, isType, member }: Grammar): Signature[] {
  const lines = text.split(/\r\n|\r|\n/).map((line) => (line.length > maxLineLength ? '' : line));
  const signatures: Signature[] = [];
  for (let at = 0; at < lines.length && signatures.length < maxSignatures * 4; at += 1) {
    const line = lines[at] ?? '';
    const name = declaredName(line, declares);
    if (name === undefined) continue;
    if (isType.test(line)) signatures.push({ name, text: blockAt(lines, at) });
    else if (member?.test(line))
      signatures.push({ name, text: [headAt(lines, at), ...membersOf(lines, at, member)].join('\n') });
    else signatures.push({ name, text: headAt(lines, at) });
  }
  return signatures;
}

function declaredName(line: string, declares: readonly RegExp[]): string | undefined {
  for (const pattern of declares) {
    const name = pattern.exec(line)?.groups?.['name'];
    if (name !== undefined) return name;
  }
  return undefined;
}

/** The lines up to the one that closes the brackets of the first. */
function blockAt(lines: readonly string[], first: number): string {
  let depth = 0;
  for (let count = 1; count <= maxLines && first + count <= lines.length; count += 1) {
    depth += depthOf(lines[first + count - 1] ?? '', /[{([]/g, /[})\]]/g);
    if (depth <= 0) return lines.slice(first, first + count).join('\n');
  }
  return lines.slice(first, first + maxLines).join('\n');
}

/** The declaration without its body: up to the line that closes its parentheses. */
function headAt(lines: readonly string[], first: number): string {
  let depth = 0;
  let count = 1;
  for (; count < maxLines && first + count < lines.length; count += 1) {
    depth += depthOf(lines[first + count - 1] ?? '', /[([]/g, /[)\]]/g);
    if (depth <= 0) break;
  }
  return lines
    .slice(first, first + count)
    .join('\n')
    .trimEnd()
    .replace(/[{[]$/, '')
    .trimEnd()
    .replace(/=>?$/, '')
    .trimEnd();
}

const depthOf = (line: string, open: RegExp, close: RegExp): number =>
  (line.match(open)?.length ?? 0) - (line.match(close)?.length ?? 0);

/** The heads of the members one level deeper, up to the end of the declaration. */
function membersOf(lines: readonly string[], first: number, owner: RegExp): string[] {
  const margin = indentOf(lines[first] ?? '');
  const members: string[] = [];
  let inner: number | undefined;
  for (let at = first + 1; at < lines.length && members.length < maxLines; at += 1) {
    const line = lines[at] ?? '';
    if (line.trim() === '') continue;
    const indent = indentOf(line);
    if (indent <= margin) break;
    inner ??= indent;
    if (indent === inner && isMemberLine.test(line) && !isPrivateMember.test(line) && !owner.test(line))
      members.push(headAt(lines, at));
  }
  return members;
}

const indentOf = (line: string): number => line.length - line.trimStart().length;
const isMemberLine = /^\s+(?:[\w@<>[\]?:,.*&~]+\s+)*[\w$]+\s*(?:<[^>]*>)?\(/;
const isPrivateMember =
  /^\s+(?:#|\/\/|\*|private\b|protected\b|_(?!_init__)|(?:async\s+)?def\s+_(?!_init__)|if\b|for\b|while\b|return\b|switch\b|super\b)/;

/** Indentation alone marks the body. */
const neverMatches = /^\b$/;

const grammars: readonly Grammar[] = [
  {
    languages: 'typescript typescriptreact javascript javascriptreact vue svelte astro',
    declares: [
      /^export\s+(?:default\s+|declare\s+|abstract\s+|async\s+)*(?:(?:function\*?|class|interface|type|enum|const|let|var|namespace)\s+)(?:enum\s+)?(?<name>[\w$]+)/,
    ],
    isType: /^export\s+(?:default\s+|declare\s+)*(?:interface|type|(?:const\s+)?enum)\b/,
    member: /^export\s+(?:default\s+|declare\s+|abstract\s+)*class\b/,
  },
  {
    languages: 'python',
    declares: [/^(?:(?:async\s+)?def|class)\s+(?<name>[a-zA-Z]\w*)/, /^(?<name>[A-Z]\w+)\s*(?::[^=]+)?=/],
    isType: neverMatches,
    member: /^class\b/,
  },
  {
    languages: 'go',
    declares: [/^(?:func\s+(?:\([^)]*\)\s*)?|type\s+|const\s+|var\s+)(?<name>[A-Z]\w*)/],
    isType: /^type\b/,
  },
  {
    languages: 'rust',
    declares: [
      /^\s*pub(?:\([^)]*\))?\s+(?:async\s+|unsafe\s+|const\s+|extern\s+"[^"]*"\s+)*(?:(?:fn|struct|enum|trait|type|static|union)\s+)?(?<name>\w+)/,
    ],
    isType: /^\s*pub(?:\([^)]*\))?\s+(?:unsafe\s+)?(?:struct|enum|trait|type|union)\b/,
  },
  {
    languages: 'java kotlin scala groovy csharp',
    declares: [
      /^\s*(?:(?:public|internal|open|data|sealed|abstract|static|final|async|override|virtual|suspend|inline|readonly|partial|case)\s+)*(?:class|interface|enum(?:\s+class)?|record|struct|object|trait|fun(?:\s+<[^>]*>)?|def)\s+(?<name>\w+)/,
      /^\s*public\s+(?:[\w<>[\],.?]+\s+)*(?<name>\w+)\s*\(/,
    ],
    isType: /\b(?:enum|record)\b/,
  },
  {
    languages: 'c cpp objective-c objective-cpp cuda-cpp',
    declares: [
      /^(?:typedef\s+)?(?:struct|class|enum(?:\s+class)?|union)\s+(?<name>\w+)[^;]*$/,
      /^#\s*define\s+(?<name>\w+)/,
      /^(?!return\b|else\b|using\b|typedef\b)[A-Za-z_][\w:<>,*&\s]*?[\s*&](?<name>\w+)\s*\([^;{]*\)\s*(?:const\b\s*)?(?:noexcept\b\s*)?[;{]?\s*$/,
    ],
    isType: /^(?:typedef\s+)?(?:struct|class|enum|union)\b/,
  },
  {
    languages: 'ruby',
    declares: [/^\s*(?:def\s+(?:self\.)?|class\s+|module\s+)(?<name>[A-Za-z]\w*[?!]?)/],
    isType: neverMatches,
  },
  {
    languages: 'php',
    declares: [
      /^\s*(?:(?:public|abstract|final|static|readonly)\s+)*(?:function|class|interface|trait|enum)\s+&?(?<name>[A-Za-z]\w*)/,
    ],
    isType: /\b(?:interface|enum)\b/,
  },
  {
    languages: 'dart',
    declares: [
      /^(?:abstract\s+|sealed\s+|final\s+|base\s+)*(?:class|enum|mixin|extension|typedef)\s+(?<name>[A-Z]\w*)/,
      /^[A-Za-z][\w<>?,\s]*\s(?<name>[a-z]\w*)\s*\(/,
    ],
    isType: /\benum\b/,
    member: /\b(?:class|mixin)\b/,
  },
];
