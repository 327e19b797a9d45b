/** Paths of documents: as the file system has them, and as a model is told them. */

/** Percent-decoded, with slashes. Of a URI without a path, what stands behind its scheme. */
export function pathOf(uri: string): string {
  const { pathname } = URL.parse(uri) ?? { pathname: uri };
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}

/**
 * Names of files as in a workspace: relative to their folder, which is named where there are several. Outside, the last
 * two parts: where a user keeps his files is nobody's business.
 * @param folders URIs of the workspace's folders
 */
export function workspaceNames(folders: readonly string[]): (uri: string) => string {
  const roots = folders
    .map((folder) => pathOf(folder).replace(/\/+$/, ''))
    .sort((a, b) => b.length - a.length);
  return (uri) => {
    const path = pathOf(uri);
    const root = roots.find((folder) => path.startsWith(`${folder}/`));
    if (root === undefined) return path.split('/').slice(-2).join('/').replace(/^\//, '');
    const inside = path.slice(root.length + 1);
    return roots.length > 1 ? `${root.slice(root.lastIndexOf('/') + 1)}/${inside}` : inside;
  };
}
