/** Which of the open files a file imports, by what its import lines say and where the files are. Guesses: nothing is looked up. */
import { posix } from 'node:path';

/** What one import line names. */
export type Import = {
  /** Ends of paths it may mean, without the slash before; the first that an open file has is taken. */
  readonly paths: readonly string[];
  /** Paths are whole, not ends: the line is relative to its own file. */
  readonly isWhole: boolean;
  /** Every file of the folder is meant. */
  readonly isFolder: boolean;
  /** Names the line takes from there. Empty: it does not say. */
  readonly names: readonly string[];
};

/** Import lines are at the beginning; nobody reads megabytes for them at a keystroke. */
const mostCharacters = 16_000;
const mostImports = 60;

/** @param path of the file itself, absolute */
export function importsIn(text: string, languageId: string, path: string): readonly Import[] {
  const reader = readers.find(({ languages }) => languages.split(' ').includes(languageId));
  if (!reader) return [];
  const beginning = text.slice(0, mostCharacters);
  return beginning
    .matchAll(reader.pattern)
    .take(mostImports)
    .flatMap(({ groups = {} }) => reader.read(groups, path))
    .toArray();
}

/** The open files that are meant, in the order of the lines, each once. @param paths of open files, absolute */
export function resolve(
  imports: readonly Import[],
  paths: readonly string[],
): readonly { path: string; names: readonly string[] }[] {
  const found = new Map<string, readonly string[]>();
  const byName = Map.groupBy(paths, (path) => posix.basename(path));
  const byFolder = Map.groupBy(paths, (path) => posix.basename(posix.dirname(path)));
  for (const { paths: meant, isWhole, isFolder, names } of imports) {
    for (const end of meant) {
      const near = (isFolder ? byFolder : byName).get(posix.basename(end)) ?? [];
      const hits = near.filter((path) => {
        const place = isFolder ? posix.dirname(path) : path;
        return place === end || (!isWhole && place.endsWith(`/${end}`));
      });
      for (const path of hits) found.set(path, [...(found.get(path) ?? []), ...names]);
      if (hits.length > 0) break;
    }
  }
  return [...found].map(([path, names]) => ({ path, names }));
}

type Groups = { readonly [name: string]: string | undefined };
type Reader = {
  readonly languages: string;
  readonly pattern: RegExp;
  readonly read: (groups: Groups, path: string) => readonly Import[];
};

const whole = (paths: readonly string[], names: readonly string[] = []): Import => ({
  paths,
  isWhole: true,
  isFolder: false,
  names,
});
const ending = (paths: readonly string[], names: readonly string[] = []): Import => ({
  paths,
  isWhole: false,
  isFolder: false,
  names,
});

const beside = (path: string, specifier: string): string => posix.join(posix.dirname(path), specifier);

const wordsIn = (clause: string | undefined): string[] => clause?.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? [];

const scriptEnds = ['.ts', '.tsx', '.mts', '.cts', '.d.ts', '.js', '.jsx', '.mjs', '.cjs', '.vue', '.svelte'];
/** A module is written with or without its extension, with that of what is made from it, or by its folder. */
const scriptFiles = (place: string): string[] => {
  const bare = place.replace(/\.[cm]?jsx?$/, '');
  return [
    place,
    ...scriptEnds.map((end) => bare + end),
    ...scriptEnds.map((end) => `${place}${end}`),
    ...scriptEnds.map((end) => `${place}/index${end}`),
  ];
};

const readers: readonly Reader[] = [
  {
    languages: 'typescript typescriptreact javascript javascriptreact vue svelte astro',
    pattern:
      /^[ \t]*(?:import\b|export\b(?=[^'"\n;]*\bfrom\b|\s*\{)|const\b|let\b|var\b|\})(?<clause>[^'"`;=]*?)(?:\bfrom\s*|=\s*(?:await\s+)?(?:require|import)\(\s*)?['"](?<from>[^'"\n]+)['"]/gm,
    read({ from = '', clause = '' }, path) {
      const names = /\*/.test(clause)
        ? []
        : wordsIn(clause).filter((word) => word !== 'as' && word !== 'type');
      if (from.startsWith('.')) return [whole(scriptFiles(beside(path, from)), names)];
      const alias = /^[@~#]\/(?<place>.+)/.exec(from)?.groups?.['place'];
      return alias === undefined ? [] : [ending(scriptFiles(alias), names)];
    },
  },
  {
    languages: 'python',
    pattern:
      /^[ \t]*(?:from[ \t]+(?<dots>\.*)(?<from>[\w.]*)[ \t]+import[ \t]+(?<clause>\([^)]*\)|[^\n#]+)|import[ \t]+(?<modules>[\w., \t]+))/gm,
    read({ dots = '', from = '', clause, modules }, path) {
      const place = (module: string) => module.replaceAll('.', '/');
      const files = (base: string) => [`${base}.py`, `${base}.pyi`, `${base}/__init__.py`];
      if (modules !== undefined)
        return modules.split(',').map((module) => ending(files(place(module.trim().split(/\s/)[0] ?? ''))));
      const names = wordsIn(clause).filter((word) => word !== 'as');
      const inside = names.map((name) => posix.join(place(from), name));
      if (dots === '')
        return [ending(files(place(from)), names), ...inside.map((module) => ending(files(module)))];
      const folder = beside(path, '../'.repeat(dots.length - 1));
      return [
        ...(from ? [whole(files(posix.join(folder, place(from))), names)] : []),
        ...inside.map((module) => whole(files(posix.join(folder, module)))),
      ];
    },
  },
  {
    languages: 'go',
    pattern: /^(?:import)?[ \t]*(?:[\w.]+[ \t]+)?"(?<from>[\w./-]+\/[\w./-]+)"/gm,
    read: ({ from = '' }) => [
      { paths: [from, from.split('/').slice(-2).join('/')], isWhole: false, isFolder: true, names: [] },
    ],
  },
  {
    languages: 'rust',
    pattern:
      /^[ \t]*(?:pub(?:\([^)]*\))?[ \t]+)?(?:use[ \t]+(?:crate|super|self)::(?<from>[\w:]+)(?<clause>\{[^}]*\})?|mod[ \t]+(?<module>\w+)[ \t]*;)/gm,
    read({ from, clause, module }, path) {
      if (module !== undefined) {
        const folders = [posix.dirname(path), path.replace(/\.rs$/, '')];
        return [whole(folders.flatMap((folder) => [`${folder}/${module}.rs`, `${folder}/${module}/mod.rs`]))];
      }
      const parts = (from ?? '').split('::').filter(Boolean);
      const names = clause === undefined ? parts.slice(-1) : wordsIn(clause);
      // The last part may be a module, or a name in the one before.
      const bases = [parts, parts.slice(0, -1)]
        .filter((some) => some.length > 0)
        .map((some) => some.join('/'));
      return [
        ending(
          bases.flatMap((base) => [`${base}.rs`, `${base}/mod.rs`]),
          names,
        ),
      ];
    },
  },
  {
    languages: 'java kotlin scala groovy',
    pattern: /^[ \t]*import[ \t]+(?:static[ \t]+)?(?<from>[\w.]+)/gm,
    read({ from = '' }) {
      const parts = from.split('.');
      // A member, a class in a class: the file is named by what stands before.
      const bases = [parts, parts.slice(0, -1)]
        .filter((some) => some.length > 1)
        .map((some) => some.join('/'));
      return [
        ending(bases.flatMap((base) => ['java', 'kt', 'scala', 'groovy'].map((end) => `${base}.${end}`))),
      ];
    },
  },
  {
    languages: 'c cpp objective-c objective-cpp cuda-cpp',
    pattern: /^[ \t]*#[ \t]*(?:include|import)[ \t]*["<](?<from>[^">\n]+)[">]/gm,
    read: ({ from = '' }, path) => [whole([beside(path, from)]), ending([from.replace(/^(?:\.\.?\/)+/, '')])],
  },
  {
    languages: 'ruby',
    pattern: /^[ \t]*require(?<relative>_relative)?[ \t(]*['"](?<from>[^'"\n]+)['"]/gm,
    read({ from = '', relative }, path) {
      const file = from.replace(/(?:\.rb)?$/, '.rb');
      return [relative === undefined ? ending([file]) : whole([beside(path, file)])];
    },
  },
  {
    languages: 'php',
    pattern: /^[ \t]*use[ \t]+(?:function[ \t]+)?(?<from>[\w\\]+)/gm,
    read({ from = '' }) {
      const parts = from.split('\\');
      // The first part of a namespace is seldom a folder's name.
      return [
        ending(
          [parts, parts.slice(1)].filter((some) => some.length > 1).map((some) => `${some.join('/')}.php`),
        ),
      ];
    },
  },
  {
    languages: 'dart',
    pattern: /^[ \t]*(?:import|export|part)[ \t]+['"](?<from>[^'"\n]+\.dart)['"]/gm,
    read: ({ from = '' }, path) => [
      from.startsWith('package:')
        ? ending([`lib/${from.split('/').slice(1).join('/')}`])
        : whole([beside(path, from)]),
    ],
  },
];
