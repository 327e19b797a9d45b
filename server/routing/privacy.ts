/** Matches files whose requests must stay on the user's machines against `rumbo.privacy.localOnly`. Pure. */
import { posix } from 'node:path';
import { compileGlob, compileGlobs, type GlobMatcher, isGlob } from '../../shared/glob.ts';

/**
 * When in doubt, a file matches: case, the direction of slashes and the encoding of accents are ignored, dot files
 * count, a pattern can start at any folder (`./x`, `~/x` and `/x` too), and one that names a folder includes its content.
 * @param uri any URI, or a path; percent-decoded, also when the client did not encode `#` and `?`
 */
export const isLocalOnly = (uri: string, patterns: readonly string[]): boolean => fileMatcher(patterns)(uri);

/** The same for many files: the patterns are compiled once. A pattern that cannot be compiled matches every file. */
export function fileMatcher(patterns: readonly string[]): (uri: string) => boolean {
  const compiled = compiledPatterns.get(patterns);
  if (compiled) return compiled;
  const trimmed = patterns.map((pattern) => pattern.trim().normalize('NFC'));
  const positive = trimmed.filter((pattern) => !isNegated(pattern)).map(globsOf);
  const matchers: readonly GlobMatcher[] = positive.some((globs) => !globs.some(isGlob))
    ? [() => true]
    : [compileGlobs(positive.flat()), ...trimmed.filter(isNegated).map(negatedMatcher)];
  const matcher = (uri: string): boolean => {
    if (patterns.length === 0) return false;
    const { pathname } = URL.parse(uri) ?? { pathname: uri };
    const paths = [...new Set([pathOf(pathname), pathOf(uri)])];
    return matchers.some((matches) => paths.some((path) => matches(path)));
  };
  compiledPatterns.set(patterns, matcher);
  return matcher;
}

/** By the array of a setting, which never changes. */
const compiledPatterns = new WeakMap<readonly string[], (uri: string) => boolean>();

/** Folders are not added to a negated pattern: that would widen it. */
const isNegated = (pattern: string): boolean => pattern.startsWith('!') && !pattern.startsWith('!(');

function negatedMatcher(pattern: string): GlobMatcher {
  const matches = compileGlob(pattern.slice(1));
  return (path) => !matches?.(path);
}

/** Absolute, without dot segments or line breaks: a glob's `**` matches neither. */
function pathOf(text: string): string {
  const decoded = text.replace(/(?:%[\da-f]{2})+/gi, (bytes) =>
    Buffer.from(bytes.replaceAll('%', ''), 'hex').toString(),
  );
  return posix
    .normalize(`/${decoded.replaceAll('\\', '/')}`)
    .normalize('NFC')
    .replace(/[\r\n\u2028\u2029]/g, ' ');
}

/** A pattern with and without what may lie above and below the path that it names. */
function globsOf(pattern: string): string[] {
  // A backslash is an escape on POSIX and a separator on Windows.
  return [...new Set([pattern, pattern.replaceAll('\\', '/')])].flatMap((glob) => {
    const path = relativeGlob(glob);
    return path === '' ? ['**'] : [`**/${path}`, `**/${path}/**`];
  });
}

/** Without the scheme, the variable (`${workspaceFolder}`) or the dots that it starts with; dot segments are resolved. */
const relativeGlob = (glob: string): string =>
  posix
    .normalize(glob.replace(/^(?:[a-z][a-z\d+.-]{1,30}:\/\/|\$\{[^{}]{1,60}\})/i, ''))
    .replace(/^(?:(?:\.{1,2}|~)?\/)+/, '')
    .replace(/\/$/, '')
    .replace(/^\.{1,2}$/, '');
