/** The syntax of each language as far as rendering needs it: one row per language. */

export type LanguageSyntax = {
  /** Quotes of strings that end with their line. */
  readonly quotes: string;
  /** Strings that may span lines: how they begin and end. */
  readonly longStrings: readonly (readonly [string, string])[];
  /** What begins code inside a long string that `}` ends: `${` in a template literal. */
  readonly interpolation?: string;
  readonly lineComments: readonly string[];
  readonly blockComments: readonly (readonly [string, string])[];
  /** A line after which the next one is indented deeper. */
  readonly blockStart: RegExp;
  /** Indentation alone delimits blocks. */
  readonly blocksByIndentation?: true;
  /** Words open and close blocks. `close`: by closing word, its opener; empty: any. */
  readonly blockWords?: { readonly open: RegExp; readonly close: Readonly<Record<string, string>> };
  /** `all`: text between tags. `jsx`: tags among code. */
  readonly tags?: 'all' | 'jsx';
  /** `/…/` is a regular expression. */
  readonly regexLiterals?: true;
  /** `'` has other uses than strings (lifetimes); only `'x'` is a character literal. */
  readonly charLiterals?: true;
  /** A `)` without `(` is valid (`case x)`). */
  readonly looseBrackets?: true;
  /** The end of a line that ends a statement. */
  readonly statementEnd?: RegExp;
  /** Natural language: sentences are content, and brackets and quotes need no partner. */
  readonly prose?: true;
};

const braceBlockStart = /(?:[({[]|=>)\s*(?:\/\/.*)?$/s;

const braces: LanguageSyntax = {
  quotes: '"\'',
  longStrings: [],
  lineComments: ['//'],
  blockComments: [['/*', '*/']],
  blockStart: braceBlockStart,
};

const script: LanguageSyntax = {
  ...braces,
  longStrings: [['`', '`']],
  interpolation: '${',
  regexLiterals: true,
};

const markup: LanguageSyntax = {
  quotes: '',
  longStrings: [],
  lineComments: [],
  blockComments: [['<!--', '-->']],
  blockStart: /<[A-Za-z][^<>]*(?<!\/)>\s*$/,
  tags: 'all',
};

const proseText: LanguageSyntax = {
  quotes: '',
  longStrings: [],
  lineComments: [],
  blockComments: [],
  blockStart: /(?!)/,
  prose: true,
};

const python: LanguageSyntax = {
  quotes: '"\'',
  longStrings: [
    ['"""', '"""'],
    ["'''", "'''"],
  ],
  lineComments: ['#'],
  blockComments: [],
  blockStart: /(?::|[({[])\s*(?:#.*)?$/s,
  blocksByIndentation: true,
};

const shell: LanguageSyntax = {
  quotes: '',
  longStrings: [
    ['"', '"'],
    ["'", "'"],
  ],
  lineComments: ['#'],
  blockComments: [],
  blockStart: /(?:\b(?:then|do|else|in)|[{(]|\))\s*$/,
  blockWords: {
    open: /(?:^|[;&|]|\b(?:then|do|else))\s*(?:if|case)$|(?:^|[\s;])do$/,
    close: { fi: 'if', done: 'do', esac: 'case' },
  },
  looseBrackets: true,
};

const ruby: LanguageSyntax = {
  quotes: '"\'',
  longStrings: [['`', '`']],
  lineComments: ['#'],
  blockComments: [],
  blockStart:
    /^\s*(?:def|class|module|if|elsif|else|unless|while|until|case|when|begin|rescue|ensure|for)\b(?!.*\bend\b)|\bdo\s*(?:\|[^|]{0,100}\|)?\s*$|[({[]\s*(?:\|[^|]{0,100}\|)?\s*$/,
  blockWords: {
    open: /(?:^|=|;)\s*(?:def|class|module|if|unless|while|until|case|begin|for)$|\sdo$/,
    close: { end: '' },
  },
  regexLiterals: true,
};

const lua: LanguageSyntax = {
  quotes: '"\'',
  longStrings: [['[[', ']]']],
  lineComments: ['--'],
  blockComments: [['--[[', ']]']],
  blockStart: /(?:\b(?:then|do|else|repeat)|\bfunction\b[^)]{0,200}\)|[({[])\s*$/,
  blockWords: { open: /\b(?:function|if|do|repeat)$/, close: { end: '', until: 'repeat' } },
};

const style: LanguageSyntax = {
  ...braces,
  lineComments: [],
  blockStart: /[({[]\s*$/,
};

const sql: LanguageSyntax = {
  quotes: '',
  longStrings: [["'", "'"]],
  lineComments: ['--'],
  blockComments: [['/*', '*/']],
  blockStart: /\(\s*$/,
  statementEnd: /;\s*$/,
};

/** By VS Code's language identifier. https://code.visualstudio.com/docs/languages/identifiers */
const table: Readonly<Record<string, LanguageSyntax>> = {
  c: braces,
  cpp: braces,
  csharp: { ...braces, longStrings: [['"""', '"""']] },
  css: style,
  dart: { ...braces, longStrings: [["'''", "'''"]] },
  dockerfile: { ...shell, blockStart: /\\\s*$/ },
  'git-commit': proseText,
  go: {
    ...braces,
    longStrings: [['`', '`']],
    blockStart: /(?:[({[]|\bcase\b(?:(?!\bcase\b).)*:|\bdefault\s*:)\s*(?:\/\/.*)?$/s,
  },
  html: markup,
  java: { ...braces, longStrings: [['"""', '"""']] },
  javascript: script,
  javascriptreact: { ...script, tags: 'jsx' },
  json: { ...braces, quotes: '"' },
  jsonc: { ...braces, quotes: '"' },
  kotlin: { ...braces, longStrings: [['"""', '"""']], blockStart: /(?:[({[]|->)\s*(?:\/\/.*)?$/s },
  latex: proseText,
  less: { ...style, lineComments: ['//'] },
  lua,
  markdown: proseText,
  php: { ...braces, lineComments: ['//', '#'] },
  plaintext: proseText,
  python,
  restructuredtext: proseText,
  ruby,
  rust: { ...braces, quotes: '', longStrings: [['"', '"']], charLiterals: true },
  scss: { ...style, lineComments: ['//'] },
  shellscript: shell,
  sql,
  svelte: markup,
  swift: {
    ...braces,
    quotes: '"',
    longStrings: [['"""', '"""']],
    blockStart: /(?:[({[]|\bin)\s*(?:\/\/.*)?$/s,
  },
  toml: { ...python, blockStart: /[({[]\s*$/ },
  typescript: script,
  typescriptreact: { ...script, tags: 'jsx' },
  vue: markup,
  xml: markup,
  yaml: {
    ...python,
    longStrings: [],
    quotes: '"',
    blockStart: /(?::|:\s*[|>][+-]?|[({[])\s*(?:#.*)?$/s,
  },
};

/** A language that is not in the table counts as one with brackets and quotes and without comments. */
export function languageSyntaxOf(languageId: string): LanguageSyntax {
  return table[languageId] ?? unknown;
}

const unknown: LanguageSyntax = { ...braces, quotes: '"', lineComments: [], blockComments: [] };

/** Elements without an end tag. https://html.spec.whatwg.org/multipage/syntax.html#void-elements */
export const voidElements: ReadonlySet<string> = new Set([
  'area',
  'base',
  'br',
  'col',
  'embed',
  'hr',
  'img',
  'input',
  'link',
  'meta',
  'source',
  'track',
  'wbr',
]);

/** A line that continues a statement whose block has just been closed. */
export const continuationLine =
  /^\s*(?:[)\]}]+\s*)?(?:(?:else|elif|elsif|elseif|except|catch|finally|rescue|ensure|while\s*\(.*\)\s*;)(?![\w$])|[.?:&|+]|=>|\?\.|<\/)/;

/** Of a longer line only the end decides. */
const maxLineLength = 300;

/** Whether lines after this one are indented deeper. */
export function opensBlock(line: string, { lineComments, blockStart }: LanguageSyntax): boolean {
  const text = line.trimStart();
  return (
    blockStart.test(line.length > maxLineLength ? line.slice(-maxLineLength) : line) &&
    !lineComments.some((marker) => text.startsWith(marker)) &&
    !/^(?:\/\*|\*)/.test(text)
  );
}

/** A line that continues on the next one. */
export const incompleteLine =
  /(?:[,([{=+*/<>&|?:.\\-]|=>|\b(?:and|or|in|return|await|new|not|extends|implements))\s*$/;

/** A line after which each statement is on its own line. */
export const blockOpeningLine =
  /(?:\)|=>|\b(?:else|try|finally|do|class\s[^{]{0,200}|struct\s[^{]{0,200}|->\s*[^{]{0,200}))\s*\{$|^\s*(?:async\s+)?(?:def|class|if|elif|else|for|while|with|try|except|finally|match|case)\b.*:$|^\s*(?:def|class|module)\b[^=;]*$/;

/** The line begins with the closer of something opened above it. */
export function startsWithCloser(line: string, { blockWords }: LanguageSyntax): boolean {
  const text = line.trimStart();
  return (
    /^(?:[)\]}]|<\/[A-Za-z])/.test(text) ||
    Object.hasOwn(blockWords?.close ?? {}, /^\w*/.exec(text)?.[0] ?? '')
  );
}

/** A line that may be at the same level as its opener. */
export const sameLevelLine =
  /^\s*(?:case|default|when|public|private|protected|- |-$|#(?:if|el|end|def|undef|pragma|include))/;
