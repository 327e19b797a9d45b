/** Whether a file's requests must stay on the user's machines, by the patterns of `rumbo.privacy.localOnly`. Pure. */
import picomatch from 'picomatch';

/**
 * In doubt a file matches: case is ignored, dot files count, a pattern without a slash means the file's name, and a
 * relative pattern may begin at any folder.
 * @param uri any URI; its path is looked at, percent-decoded
 */
export function isLocalOnly(uri: string, patterns: readonly string[]): boolean {
  if (patterns.length === 0) return false;
  const path = pathOf(uri);
  return patterns.some((pattern) => {
    const globs =
      pattern.startsWith('/') || pattern.startsWith('**') ? [pattern] : [pattern, `**/${pattern}`];
    return globs.some((glob) => picomatch.isMatch(path, glob, { dot: true, nocase: true }));
  });
}

function pathOf(uri: string): string {
  const { pathname } = URL.parse(uri) ?? { pathname: uri };
  try {
    return decodeURIComponent(pathname).replaceAll('\\', '/');
  } catch {
    return pathname;
  }
}
