/** What there is to know about a programming language to show text in it: one row each. */

export type Language = {
  /** Strings that end with their line. */
  readonly quotes: string;
  /** Strings that may go over lines: how they begin and end. */
  readonly longStrings: readonly (readonly [string, string])[];
  /** What begins code inside a long string, and the bracket that ends it: `${` in a template literal. */
  readonly interpolation?: string;
  readonly lineComments: readonly string[];
  readonly blockComments: readonly (readonly [string, string])[];
  /** A line after which the next one is indented deeper. */
  readonly opens: RegExp;
  /** Blocks are told by indentation alone. */
  readonly indented?: true;
  /** Blocks that words open and close. */
  readonly words?: { readonly open: RegExp; readonly close: Readonly<Record<string, string>> };
  /** `all`: text between tags. `jsx`: tags among code. */
  readonly tags?: 'all' | 'jsx';
  /** `/…/` is a pattern. */
  readonly patterns?: true;
  /** `'` also means something else than a string (lifetimes); only `'x'` is a character. */
  readonly characters?: true;
  /** A closing `)` without an opening one is grammar (`case x)`). */
  readonly looseBrackets?: true;
  /** A statement ends where a line ends so. */
  readonly statementEnd?: RegExp;
  /** Written for people: sentences are no accident, and brackets and quotes need no partner. */
  readonly prose?: true;
};

const bracesOpen = /(?:[({[]|=>)\s*(?:\/\/.*)?$/;

const braces: Language = {
  quotes: '"\'',
  longStrings: [],
  lineComments: ['//'],
  blockComments: [['/*', '*/']],
  opens: bracesOpen,
};

const script: Language = {
  ...braces,
  longStrings: [['`', '`']],
  interpolation: '${',
  patterns: true,
};

const markup: Language = {
  quotes: '',
  longStrings: [],
  lineComments: [],
  blockComments: [['<!--', '-->']],
  opens: /<[A-Za-z][^<>]*(?<!\/)>\s*$/,
  tags: 'all',
};

const words: Language = {
  quotes: '',
  longStrings: [],
  lineComments: [],
  blockComments: [],
  opens: /(?!)/,
  prose: true,
};

const python: Language = {
  quotes: '"\'',
  longStrings: [
    ['"""', '"""'],
    ["'''", "'''"],
  ],
  lineComments: ['#'],
  blockComments: [],
  opens: /(?::|[({[])\s*(?:#.*)?$/,
  indented: true,
};

const shell: Language = {
  quotes: '',
  longStrings: [
    ['"', '"'],
    ["'", "'"],
  ],
  lineComments: ['#'],
  blockComments: [],
  opens: /(?:\b(?:then|do|else|in)|[{(]|\))\s*$/,
  words: {
    open: /(?:^|[;&|]|\b(?:then|do|else))\s*(?:if|case)$|(?:^|[\s;])do$/,
    close: { fi: 'if', done: 'do', esac: 'case' },
  },
  looseBrackets: true,
};

const ruby: Language = {
  quotes: '"\'',
  longStrings: [['`', '`']],
  lineComments: ['#'],
  blockComments: [],
  opens:
    /^\s*(?:def|class|module|if|elsif|else|unless|while|until|case|when|begin|rescue|ensure|for)\b(?!.*\bend\b)|\bdo\s*(?:\|[^|]*\|)?\s*$|[({[]\s*(?:\|[^|]*\|)?\s*$/,
  words: {
    open: /(?:^|=|;)\s*(?:def|class|module|if|unless|while|until|case|begin|for)$|\sdo$/,
    close: { end: '' },
  },
  patterns: true,
};

const lua: Language = {
  quotes: '"\'',
  longStrings: [['[[', ']]']],
  lineComments: ['--'],
  blockComments: [['--[[', ']]']],
  opens: /(?:\b(?:then|do|else|repeat)|\bfunction\b[^)]*\)|[({[])\s*$/,
  words: { open: /\b(?:function|if|do|repeat)$/, close: { end: '', until: 'repeat' } },
};

const style: Language = {
  ...braces,
  lineComments: [],
  opens: /[({[]\s*$/,
};

const sql: Language = {
  quotes: '',
  longStrings: [["'", "'"]],
  lineComments: ['--'],
  blockComments: [['/*', '*/']],
  opens: /\(\s*$/,
  statementEnd: /;\s*$/,
};

/** By VS Code's name of the language. https://code.visualstudio.com/docs/languages/identifiers */
const table: Readonly<Record<string, Language>> = {
  c: braces,
  cpp: braces,
  csharp: { ...braces, longStrings: [['"""', '"""']] },
  css: style,
  dart: { ...braces, longStrings: [["'''", "'''"]] },
  dockerfile: { ...shell, opens: /\\\s*$/ },
  'git-commit': words,
  go: { ...braces, longStrings: [['`', '`']], opens: /(?:[({[]|\b(?:case\b.*|default)\s*:)\s*(?:\/\/.*)?$/ },
  html: markup,
  java: { ...braces, longStrings: [['"""', '"""']] },
  javascript: script,
  javascriptreact: { ...script, tags: 'jsx' },
  json: { ...braces, quotes: '"' },
  jsonc: { ...braces, quotes: '"' },
  kotlin: { ...braces, longStrings: [['"""', '"""']], opens: /(?:[({[]|->)\s*(?:\/\/.*)?$/ },
  latex: words,
  less: { ...style, lineComments: ['//'] },
  lua,
  markdown: words,
  php: { ...braces, lineComments: ['//', '#'] },
  plaintext: words,
  python,
  restructuredtext: words,
  ruby,
  rust: { ...braces, quotes: '', longStrings: [['"', '"']], characters: true },
  scss: { ...style, lineComments: ['//'] },
  shellscript: shell,
  sql,
  svelte: markup,
  swift: {
    ...braces,
    quotes: '"',
    longStrings: [['"""', '"""']],
    opens: /(?:[({[]|\bin)\s*(?:\/\/.*)?$/,
  },
  toml: { ...python, opens: /[({[]\s*$/ },
  typescript: script,
  typescriptreact: { ...script, tags: 'jsx' },
  vue: markup,
  xml: markup,
  yaml: {
    ...python,
    longStrings: [],
    quotes: '"',
    opens: /(?::|:\s*[|>][+-]?|[({[])\s*(?:#.*)?$/,
  },
};

/** A language that is not in the table is taken for one with brackets, quotes and no comments. */
export function languageOf(languageId: string): Language {
  return table[languageId] ?? unknown;
}

const unknown: Language = { ...braces, quotes: '"', lineComments: [], blockComments: [] };

/** Elements that have no end. https://html.spec.whatwg.org/multipage/syntax.html#void-elements */
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

/** A line that goes on with a statement whose block has just been closed. */
export const continues =
  /^\s*(?:[)\]}]+\s*)?(?:(?:else|elif|elsif|elseif|except|catch|finally|rescue|ensure|while\s*\(.*\)\s*;)(?![\w$])|[.?:&|+]|=>|\?\.|<\/)/;

/** Whether lines after this one are indented deeper. */
export function isOpener(line: string, { lineComments, opens }: Language): boolean {
  const text = line.trimStart();
  return (
    opens.test(line) && !lineComments.some((marker) => text.startsWith(marker)) && !/^(?:\/\*|\*)/.test(text)
  );
}

/** A line that the next one belongs to. */
export const incomplete =
  /(?:[,([{=+*/<>&|?:.\\-]|=>|\b(?:and|or|in|return|await|new|not|extends|implements))\s*$/;

/** A line after which statements stand on lines of their own. */
export const startsBlock =
  /(?:\)|=>|\b(?:else|try|finally|do|class\s[^{]*|struct\s[^{]*|->\s*[^{]*))\s*\{$|^\s*(?:async\s+)?(?:def|class|if|elif|else|for|while|with|try|except|finally|match|case)\b.*:$|^\s*(?:def|class|module)\b[^=;]*$/;

/** A line that begins by ending something that was opened above it. */
export function isCloser(line: string, { words }: Language): boolean {
  const text = line.trimStart();
  return (
    /^(?:[)\]}]|<\/[A-Za-z])/.test(text) || Object.hasOwn(words?.close ?? {}, /^\w*/.exec(text)?.[0] ?? '')
  );
}

/** Lines that may stand as deep as what opened them. */
export const staysLevel =
  /^\s*(?:case|default|when|public|private|protected|- |-$|#(?:if|el|end|def|undef|pragma|include))/;
