/** Formats snippets of other files as a comment above a file, for models that accept only prefix and suffix. */
import type { CodeSnippet } from '../../../shared/chat.ts';

/** One comment for all snippets, with a line end; empty without snippets. */
export function formatSnippetsAsComment(snippets: readonly CodeSnippet[], languageId: string): string {
  const [open, close] = commentMarkersOf(languageId);
  return snippets
    .flatMap(({ name, text }) => [`Path: ${name}`, ...text.replace(/\r?\n$/, '').split(/\r?\n/)])
    .map((line) => `${open} ${line}`.trimEnd() + close)
    .map((line) => `${line}\n`)
    .join('');
}

const commentMarkers: readonly (readonly [open: string, close: string, languageIds: string])[] = [
  [
    '#',
    '',
    'python ruby shellscript perl r yaml toml dockerfile makefile cmake elixir julia powershell coffeescript properties nix graphql terraform',
  ],
  ['--', '', 'sql lua haskell elm ada vhdl'],
  [';', '', 'clojure lisp scheme ini asm'],
  ['%', '', 'latex tex erlang matlab prolog'],
  ["'", '', 'vb'],
  ['!', '', 'fortran fortran-modern'],
  ['<!--', ' -->', 'html xml xsl markdown vue svelte astro svg'],
  ['/*', ' */', 'css'],
];

function commentMarkersOf(languageId: string): readonly [open: string, close: string] {
  const match = commentMarkers.find(([, , ids]) => ids.split(' ').includes(languageId));
  return match ? [match[0], match[1]] : ['//', ''];
}
