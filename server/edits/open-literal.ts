/** Whether code so far ends inside a string or a comment that spans lines: a code fence there is part of the code. */

type Syntax = {
  /** Quotes of strings that end with their line. */
  readonly quotes: string;
  /** Beginning and end of strings and comments that may span lines; longer ones first. */
  readonly long: readonly (readonly [open: string, close: string])[];
  readonly lineComments: readonly string[];
  /** `<<WORD` begins a text that ends with a line of that word alone. */
  readonly heredocs?: true;
};

const blockComment = ['/*', '*/'] as const;
const tripleQuotes = ['"""', '"""'] as const;
const braces: Syntax = { quotes: '"\'', long: [blockComment], lineComments: ['//'] };
const script: Syntax = { ...braces, long: [blockComment, ['`', '`']] };
const textBlocks: Syntax = { ...braces, long: [blockComment, tripleQuotes] };
const hash: Syntax = { quotes: '"\'', long: [], lineComments: ['#'] };
const markup: Syntax = { quotes: '', long: [['<!--', '-->']], lineComments: [] };

const syntaxes: readonly (readonly [languageIds: string, syntax: Syntax])[] = [
  [
    'javascript js jsx javascriptreact typescript ts tsx typescriptreact mjs cjs go golang svelte vue astro',
    script,
  ],
  ['java kotlin kt scala swift dart groovy csharp cs c#', textBlocks],
  ['python py python3', { ...hash, long: [tripleQuotes, ["'''", "'''"]] }],
  ['elixir julia coffeescript', { ...hash, long: [tripleQuotes] }],
  ['toml', { ...hash, long: [tripleQuotes, ["'''", "'''"]] }],
  ['shellscript sh bash zsh shell ruby rb perl terraform hcl', { ...hash, heredocs: true }],
  ['php', { ...braces, lineComments: ['//', '#'], heredocs: true }],
  [
    'powershell ps1',
    {
      ...hash,
      long: [
        ['<#', '#>'],
        ['@"', '"@'],
        ["@'", "'@"],
      ],
    },
  ],
  [
    'lua',
    {
      quotes: '"\'',
      long: [
        ['--[[', ']]'],
        ['[[', ']]'],
      ],
      lineComments: ['--'],
    },
  ],
  ['sql', { quotes: "'", long: [blockComment], lineComments: ['--'] }],
  ['nix', { ...hash, long: [blockComment, ["''", "''"]] }],
  ['rust rs', { ...braces, quotes: '"', long: [blockComment, ['r#"', '"#']] }],
  ['cpp c++ c', { ...braces, long: [blockComment, ['R"(', ')"']] }],
  ['html xml markdown', markup],
];

/** @param language a language id, or the word after a fence */
export const isInsideLiteral = (code: string, language: string): boolean =>
  openLiteral(code, language) !== undefined;

/** What began the string or comment that is open at the end of the code; `<<` for a heredoc. `undefined`: none is open. */
export function openLiteral(code: string, language: string): string | undefined {
  const syntax = syntaxes.find(([ids]) => ids.split(' ').includes(language))?.[1] ?? braces;
  let at = 0;
  while (at < code.length) {
    const long = syntax.long.find(([open]) => code.startsWith(open, at));
    if (long) {
      const end = endOf(code, at + long[0].length, long[1]);
      if (end < 0) return long[0];
      at = end;
      continue;
    }
    if (syntax.lineComments.some((mark) => code.startsWith(mark, at))) {
      at = nextLine(code, at);
      continue;
    }
    const heredoc = syntax.heredocs && /^<<<?[-~]?\s*(["']?)([A-Za-z_]\w*)\1/.exec(code.slice(at, at + 60));
    if (heredoc) {
      const end = new RegExp(`\n[ \t]*${heredoc[2]};?[ \t]*(?=\n|$)`).exec(code.slice(at));
      if (!end) return '<<';
      at += end.index + end[0].length;
      continue;
    }
    const char = code[at] ?? '';
    if (!syntax.quotes.includes(char)) {
      at += 1;
      continue;
    }
    at = endOfQuoted(code, at, char);
  }
  return undefined;
}

/** The position after the end of a string that may span lines, or −1. */
function endOf(code: string, from: number, close: string): number {
  for (let end = code.indexOf(close, from); end >= 0; end = code.indexOf(close, end + 1))
    if (close !== '`' || !isEscaped(code, end)) return end + close.length;
  return -1;
}

/** The position after a string, which ends with its line at the latest: an apostrophe is no string. */
function endOfQuoted(code: string, at: number, quote: string): number {
  for (let end = at + 1; end < code.length && code[end] !== '\n'; end++)
    if (code[end] === quote && !isEscaped(code, end)) return end + 1;
  return quote === "'" ? at + 1 : nextLine(code, at);
}

function isEscaped(code: string, at: number): boolean {
  let slashes = 0;
  while (code[at - 1 - slashes] === '\\') slashes += 1;
  return slashes % 2 === 1;
}

function nextLine(code: string, at: number): number {
  const end = code.indexOf('\n', at);
  return end < 0 ? code.length : end + 1;
}
