/** Finds the open files that a file imports, from its import lines and the paths of the open files. A guess: no resolution on disk. */
import { posix } from 'node:path';

/** What one import line refers to. */
export type ImportReference = {
  /** Possible ends of the path, without a leading slash; the first one that matches an open file applies. */
  readonly paths: readonly string[];
  /** `paths` are full paths, not ends: the import is relative to its own file. */
  readonly isFullPath: boolean;
  /** The import refers to all files of a folder. */
  readonly isFolder: boolean;
  /** The imported names. Empty: unknown. */
  readonly names: readonly string[];
};

/** Import lines are at the beginning; the limit keeps huge files fast. */
const maxCharacters = 16_000;
const maxImports = 60;

/** @param path absolute, of the file itself */
export function findImports(text: string, languageId: string, path: string): readonly ImportReference[] {
  const syntax = importSyntaxes.find(({ languages }) => languages.split(' ').includes(languageId));
  if (!syntax) return [];
  const beginning = text.slice(0, maxCharacters);
  return beginning
    .matchAll(syntax.pattern)
    .take(maxImports)
    .flatMap(({ groups = {} }) => syntax.parse(groups, path))
    .toArray();
}

/** The imported open files, in the order of the lines, each once. @param paths absolute, of the open files */
export function resolveImports(
  imports: readonly ImportReference[],
  paths: readonly string[],
): readonly { path: string; names: readonly string[] }[] {
  const namesByPath = new Map<string, readonly string[]>();
  const byName = Map.groupBy(paths, (path) => posix.basename(path));
  const byFolder = Map.groupBy(paths, (path) => posix.basename(posix.dirname(path)));
  for (const { paths: ends, isFullPath, isFolder, names } of imports) {
    for (const end of ends) {
      const sameName = (isFolder ? byFolder : byName).get(posix.basename(end)) ?? [];
      const matches = sameName.filter((path) => {
        const target = isFolder ? posix.dirname(path) : path;
        return target === end || (!isFullPath && target.endsWith(`/${end}`));
      });
      for (const path of matches) namesByPath.set(path, [...(namesByPath.get(path) ?? []), ...names]);
      if (matches.length > 0) break;
    }
  }
  return [...namesByPath].map(([path, names]) => ({ path, names }));
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
/** An import names a module with or without its extension, with that of its build output, or by its folder. */
const scriptFiles = (module: string): string[] => {
  const bare = module.replace(/\.[cm]?jsx?$/, '');
  return [
    module,
    ...scriptExtensions.map((end) => bare + end),
    ...scriptExtensions.map((end) => `${module}${end}`),
    ...scriptExtensions.map((end) => `${module}/index${end}`),
  ];
};

const importSyntaxes: readonly ImportSyntax[] = [
  {
    languages: 'typescript typescriptreact javascript javascriptreact vue svelte astro',
    pattern:
      /^[ \t]*(?:import\b|export\b(?=[^'"\n;]{0,500}\bfrom\b|\s*\{)|const\b|let\b|var\b|\})(?<clause>[^'"`;=]{0,1000}?)(?:\bfrom\s*|=\s*(?:await\s+)?(?:require|import)\(\s*)?['"](?<from>[^'"\n]+)['"]/gm,
    parse({ from = '', clause = '' }, path) {
      const names = /\*/.test(clause)
        ? []
        : wordsIn(clause).filter((word) => word !== 'as' && word !== 'type');
      if (from.startsWith('.')) return [fullPaths(scriptFiles(siblingPath(path, from)), names)];
      const alias = /^[@~#]\/(?<module>.+)/.exec(from)?.groups?.['module'];
      return alias === undefined ? [] : [pathEnds(scriptFiles(alias), names)];
    },
  },
  {
    languages: 'python',
    pattern:
      /^[ \t]*(?:from[ \t]+(?<dots>\.*)(?<from>[\w.]*)[ \t]+import[ \t]+(?<clause>\([^()]{0,1000}\)|[^\n#]+)|import[ \t]+(?<modules>[\w., \t]+))/gm,
    parse({ dots = '', from = '', clause, modules }, path) {
      const toPath = (module: string) => module.replaceAll('.', '/');
      const files = (base: string) => [`${base}.py`, `${base}.pyi`, `${base}/__init__.py`];
      if (modules !== undefined)
        return modules
          .split(',')
          .map((module) => pathEnds(files(toPath(module.trim().split(/\s/)[0] ?? ''))));
      const names = wordsIn(clause).filter((word) => word !== 'as');
      const inside = names.map((name) => posix.join(toPath(from), name));
      if (dots === '')
        return [pathEnds(files(toPath(from)), names), ...inside.map((module) => pathEnds(files(module)))];
      const folder = siblingPath(path, '../'.repeat(dots.length - 1));
      return [
        ...(from ? [fullPaths(files(posix.join(folder, toPath(from))), names)] : []),
        ...inside.map((module) => fullPaths(files(posix.join(folder, module)))),
      ];
    },
  },
  {
    languages: 'go',
    pattern: /^(?:import)?[ \t]*(?:[\w.]+[ \t]+)?"(?<from>[\w.-]*(?:\/[\w.-]+)+\/?)"/gm,
    parse: ({ from = '' }) => [
      { paths: [from, from.split('/').slice(-2).join('/')], isFullPath: false, isFolder: true, names: [] },
    ],
  },
  {
    languages: 'rust',
    pattern:
      /^[ \t]*(?:pub(?:\([^()]{0,60}\))?[ \t]+)?(?:use[ \t]+(?:crate|super|self)::(?<from>[\w:]+)(?<clause>\{[^{}]{0,1000}\})?|mod[ \t]+(?<module>\w+)[ \t]*;)/gm,
    parse({ from, clause, module }, path) {
      if (module !== undefined) {
        const folders = [posix.dirname(path), path.replace(/\.rs$/, '')];
        return [
          fullPaths(folders.flatMap((folder) => [`${folder}/${module}.rs`, `${folder}/${module}/mod.rs`])),
        ];
      }
      const parts = (from ?? '').split('::').filter(Boolean);
      const names = clause === undefined ? parts.slice(-1) : wordsIn(clause);
      // The last part may be a module, or a name in the module before.
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
      // A member or an inner class: the part before names the file.
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
    pattern: /^[ \t]*#[ \t]*(?:include|import)[ \t]*["<](?<from>[^">\n\r\u2028\u2029]+)[">]/gm,
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
      // The first part of a namespace is rarely a folder.
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
