/** Whether a file's requests must stay on the user's machines, by the patterns of `rumbo.privacy.localOnly`. Pure. */
import { posix } from 'node:path';
import picomatch from 'picomatch';

/**
 * In doubt a file matches: case, the direction of slashes and the encoding of accents are ignored, dot files count, a
 * pattern may begin at any folder (`./x`, `~/x` and `/x` too), and one that names a folder means all that is in it.
 * @param uri any URI, or a path; percent-decoded, also where its client forgot to encode `#` and `?`
 */
export const isLocalOnly = (uri: string, patterns: readonly string[]): boolean => fileMatcher(patterns)(uri);

/** The same for whoever asks often: the patterns are read once. */
export function fileMatcher(patterns: readonly string[]): (uri: string) => boolean {
  const matchers = patterns.map((pattern) => picomatch(globsOf(pattern), { dot: true, nocase: true }));
  return (uri) => {
    if (matchers.length === 0) return false;
    const { pathname } = URL.parse(uri) ?? { pathname: uri };
    const paths = [...new Set([pathOf(pathname), pathOf(uri)])];
    return matchers.some((matches) => paths.some((path) => matches(path)));
  };
}

/** Absolute, without dot segments or line breaks: a glob's `**` passes over neither. */
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
  const written = pattern.trim().normalize('NFC');
  // All but what it names: a folder more or less would widen it.
  if (/^!(?!\()/.test(written)) return [written];
  // A backslash escapes on the one system and separates on the other.
  return [...new Set([written, written.replaceAll('\\', '/')])].flatMap((glob) => {
    const place = glob.replace(/^(?:\.|~)?\/+/, '').replace(/\/+$/, '');
    return place === '' ? ['**'] : [`**/${place}`, `**/${place}/**`];
  });
}
