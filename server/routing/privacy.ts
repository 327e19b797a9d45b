/** Matches files whose requests must stay on the user's machines against `rumbo.privacy.localOnly`. Pure. */
import { posix } from 'node:path';
import picomatch from 'picomatch';

/**
 * When in doubt, a file matches: case, the direction of slashes and the encoding of accents are ignored, dot files
 * count, a pattern can start at any folder (`./x`, `~/x` and `/x` too), and one that names a folder includes its content.
 * @param uri any URI, or a path; percent-decoded, also when the client did not encode `#` and `?`
 */
export const isLocalOnly = (uri: string, patterns: readonly string[]): boolean => fileMatcher(patterns)(uri);

/** The same for many files: the patterns are compiled once. */
export function fileMatcher(patterns: readonly string[]): (uri: string) => boolean {
  const matchers = patterns.map((pattern) => picomatch(globsOf(pattern), { dot: true, nocase: true }));
  return (uri) => {
    if (matchers.length === 0) return false;
    const { pathname } = URL.parse(uri) ?? { pathname: uri };
    const paths = [...new Set([pathOf(pathname), pathOf(uri)])];
    return matchers.some((matches) => paths.some((path) => matches(path)));
  };
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

function globsOf(pattern: string): string[] {
  const trimmed = pattern.trim().normalize('NFC');
  // A negated pattern: adding folders would widen it.
  if (/^!(?!\()/.test(trimmed)) return [trimmed];
  // A backslash is an escape on POSIX and a separator on Windows.
  return [...new Set([trimmed, trimmed.replaceAll('\\', '/')])].flatMap((glob) => {
    const path = glob.replace(/^(?:\.|~)?\/+/, '').replace(/\/+$/, '');
    return path === '' ? ['**'] : [`**/${path}`, `**/${path}/**`];
  });
}
