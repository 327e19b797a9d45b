/** Other files as a comment above a file: how a model that reads nothing but two texts is shown them. */
import type { CodeSnippet } from '../../../shared/chat.ts';

/** One comment of all of them; empty where there are none. Ends with a line end. */
export function formatSnippetsAsComment(extra: readonly CodeSnippet[], languageId: string): string {
  const [open, close] = commentMarkersOf(languageId);
  return extra
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
  const found = commentMarkers.find(([, , ids]) => ids.split(' ').includes(languageId));
  return found ? [found[0], found[1]] : ['//', ''];
}
