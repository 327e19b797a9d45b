/** Which of the open files a file imports, by what its import lines say and where the files are. Guesses: nothing is looked up. */
import { posix } from 'node:path';

/** What one import line names. */
export type ImportReference = {
  /** Ends of paths it may mean, without the slash before; the first that an open file has is taken. */
  readonly paths: readonly string[];
  /** Paths are whole, not ends: the line is relative to its own file. */
  readonly isFullPath: boolean;
  /** Every file of the folder is meant. */
  readonly isFolder: boolean;
  /** Names the line takes from there. Empty: it does not say. */
  readonly names: readonly string[];
};

/** Import lines are at the beginning; nobody reads megabytes for them at a keystroke. */
const maxCharacters = 16_000;
const maxImports = 60;

/** @param path of the file itself, absolute */
export function findImports(text: string, languageId: string, path: string): readonly ImportReference[] {
  const reader = importSyntaxes.find(({ languages }) => languages.split(' ').includes(languageId));
  if (!reader) return [];
  const beginning = text.slice(0, maxCharacters);
  return beginning
    .matchAll(reader.pattern)
    .take(maxImports)
    .flatMap(({ groups = {} }) => reader.parse(groups, path))
    .toArray();
}

/** The open files that are meant, in the order of the lines, each once. @param paths of open files, absolute */
export function resolveImports(
  imports: readonly ImportReference[],
  paths: readonly string[],
): readonly { path: string; names: readonly string[] }[] {
  const found = new Map<string, readonly string[]>();
  const byName = Map.groupBy(paths, (path) => posix.basename(path));
  const byFolder = Map.groupBy(paths, (path) => posix.basename(posix.dirname(path)));
  for (const { paths: meant, isFullPath, isFolder, names } of imports) {
    for (const end of meant) {
      const near = (isFolder ? byFolder : byName).get(posix.basename(end)) ?? [];
      const hits = near.filter((path) => {
        const place = isFolder ? posix.dirname(path) : path;
        return place === end || (!isFullPath && place.endsWith(`/${end}`));
      });
      for (const path of hits) found.set(path, [...(found.get(path) ?? []), ...names]);
      if (hits.length > 0) break;
    }
  }
  return [...found].map(([path, names]) => ({ path, names }));
}

type MatchGroups = { readonly [name: string]: string | undefined };
type ImportSyntax = {
  readonly languages: string;
  readonly pattern: RegExp;
  readonly parse: (groups: MatchGroups, path: string) => readonly ImportReference[];
};

const fullPaths = (paths: readonly string[], names: readonly string[] = []): ImportReference => ({
  paths,
  isFullPath: true,
  isFolder: false,
  names,
});
const pathEnds = (paths: readonly string[], names: readonly string[] = []): ImportReference => ({
  paths,
  isFullPath: false,
  isFolder: false,
  names,
});

const siblingPath = (path: string, specifier: string): string => posix.join(posix.dirname(path), specifier);

const wordsIn = (clause: string | undefined): string[] => clause?.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? [];

const scriptExtensions = [
  '.ts',
  '.tsx',
  '.mts',
  '.cts',
  '.d.ts',
  '.js',
  '.jsx',
  '.mjs',
  '.cjs',
  '.vue',
  '.svelte',
];
/** A module is written with or without its extension, with that of what is made from it, or by its folder. */
const scriptFiles = (place: string): string[] => {
  const bare = place.replace(/\.[cm]?jsx?$/, '');
  return [
    place,
    ...scriptExtensions.map((end) => bare + end),
    ...scriptExtensions.map((end) => `${place}${end}`),
    ...scriptExtensions.map((end) => `${place}/index${end}`),
  ];
};

const importSyntaxes: readonly ImportSyntax[] = [
  {
    languages: 'typescript typescriptreact javascript javascriptreact vue svelte astro',
    pattern:
      /^[ \t]*(?:import\b|export\b(?=[^'"\n;]*\bfrom\b|\s*\{)|const\b|let\b|var\b|\})(?<clause>[^'"`;=]*?)(?:\bfrom\s*|=\s*(?:await\s+)?(?:require|import)\(\s*)?['"](?<from>[^'"\n]+)['"]/gm,
    parse({ from = '', clause = '' }, path) {
      const names = /\*/.test(clause)
        ? []
        : wordsIn(clause).filter((word) => word !== 'as' && word !== 'type');
      if (from.startsWith('.')) return [fullPaths(scriptFiles(siblingPath(path, from)), names)];
      const alias = /^[@~#]\/(?<place>.+)/.exec(from)?.groups?.['place'];
      return alias === undefined ? [] : [pathEnds(scriptFiles(alias), names)];
    },
  },
  {
    languages: 'python',
    pattern:
      /^[ \t]*(?:from[ \t]+(?<dots>\.*)(?<from>[\w.]*)[ \t]+import[ \t]+(?<clause>\([^)]*\)|[^\n#]+)|import[ \t]+(?<modules>[\w., \t]+))/gm,
    parse({ dots = '', from = '', clause, modules }, path) {
      const place = (module: string) => module.replaceAll('.', '/');
      const files = (base: string) => [`${base}.py`, `${base}.pyi`, `${base}/__init__.py`];
      if (modules !== undefined)
        return modules.split(',').map((module) => pathEnds(files(place(module.trim().split(/\s/)[0] ?? ''))));
      const names = wordsIn(clause).filter((word) => word !== 'as');
      const inside = names.map((name) => posix.join(place(from), name));
      if (dots === '')
        return [pathEnds(files(place(from)), names), ...inside.map((module) => pathEnds(files(module)))];
      const folder = siblingPath(path, '../'.repeat(dots.length - 1));
      return [
        ...(from ? [fullPaths(files(posix.join(folder, place(from))), names)] : []),
        ...inside.map((module) => fullPaths(files(posix.join(folder, module)))),
      ];
    },
  },
  {
    languages: 'go',
    pattern: /^(?:import)?[ \t]*(?:[\w.]+[ \t]+)?"(?<from>[\w./-]+\/[\w./-]+)"/gm,
    parse: ({ from = '' }) => [
      { paths: [from, from.split('/').slice(-2).join('/')], isFullPath: false, isFolder: true, names: [] },
    ],
  },
  {
    languages: 'rust',
    pattern:
      /^[ \t]*(?:pub(?:\([^)]*\))?[ \t]+)?(?:use[ \t]+(?:crate|super|self)::(?<from>[\w:]+)(?<clause>\{[^}]*\})?|mod[ \t]+(?<module>\w+)[ \t]*;)/gm,
    parse({ from, clause, module }, path) {
      if (module !== undefined) {
        const folders = [posix.dirname(path), path.replace(/\.rs$/, '')];
        return [
          fullPaths(folders.flatMap((folder) => [`${folder}/${module}.rs`, `${folder}/${module}/mod.rs`])),
        ];
      }
      const parts = (from ?? '').split('::').filter(Boolean);
      const names = clause === undefined ? parts.slice(-1) : wordsIn(clause);
      // The last part may be a module, or a name in the one before.
      const bases = [parts, parts.slice(0, -1)]
        .filter((some) => some.length > 0)
        .map((some) => some.join('/'));
      return [
        pathEnds(
          bases.flatMap((base) => [`${base}.rs`, `${base}/mod.rs`]),
          names,
        ),
      ];
    },
  },
  {
    languages: 'java kotlin scala groovy',
    pattern: /^[ \t]*import[ \t]+(?:static[ \t]+)?(?<from>[\w.]+)/gm,
    parse({ from = '' }) {
      const parts = from.split('.');
      // A member, a class in a class: the file is named by what stands before.
      const bases = [parts, parts.slice(0, -1)]
        .filter((some) => some.length > 1)
        .map((some) => some.join('/'));
      return [
        pathEnds(bases.flatMap((base) => ['java', 'kt', 'scala', 'groovy'].map((end) => `${base}.${end}`))),
      ];
    },
  },
  {
    languages: 'c cpp objective-c objective-cpp cuda-cpp',
    pattern: /^[ \t]*#[ \t]*(?:include|import)[ \t]*["<](?<from>[^">\n]+)[">]/gm,
    parse: ({ from = '' }, path) => [
      fullPaths([siblingPath(path, from)]),
      pathEnds([from.replace(/^(?:\.\.?\/)+/, '')]),
    ],
  },
  {
    languages: 'ruby',
    pattern: /^[ \t]*require(?<relative>_relative)?[ \t(]*['"](?<from>[^'"\n]+)['"]/gm,
    parse({ from = '', relative }, path) {
      const file = from.replace(/(?:\.rb)?$/, '.rb');
      return [relative === undefined ? pathEnds([file]) : fullPaths([siblingPath(path, file)])];
    },
  },
  {
    languages: 'php',
    pattern: /^[ \t]*use[ \t]+(?:function[ \t]+)?(?<from>[\w\\]+)/gm,
    parse({ from = '' }) {
      const parts = from.split('\\');
      // The first part of a namespace is seldom a folder's name.
      return [
        pathEnds(
          [parts, parts.slice(1)].filter((some) => some.length > 1).map((some) => `${some.join('/')}.php`),
        ),
      ];
    },
  },
  {
    languages: 'dart',
    pattern: /^[ \t]*(?:import|export|part)[ \t]+['"](?<from>[^'"\n]+\.dart)['"]/gm,
    parse: ({ from = '' }, path) => [
      from.startsWith('package:')
        ? pathEnds([`lib/${from.split('/').slice(1).join('/')}`])
        : fullPaths([siblingPath(path, from)]),
    ],
  },
];
