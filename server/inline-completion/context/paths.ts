/** Paths of documents: in the file system, and as names in a prompt. */

/** Percent-decoded, with slashes. For a URI without a path, the part after its scheme. */
export function pathOf(uri: string): string {
  const { pathname } = URL.parse(uri) ?? { pathname: uri };
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}

/**
 * Names of files relative to their workspace folder, whose name comes first if there are several. Outside the workspace,
 * the last two parts of the path: a prompt must not reveal where users keep their files.
 * @param folders URIs of the workspace's folders
 */
export function workspaceNames(folders: readonly string[]): (uri: string) => string {
  const roots = folders
    .map((folder) => pathOf(folder).replace(/(?<!\/)\/+$/, ''))
    .sort((a, b) => b.length - a.length);
  return (uri) => {
    const path = pathOf(uri);
    const root = roots.find((folder) => path.startsWith(`${folder}/`));
    if (root === undefined) return path.split('/').slice(-2).join('/').replace(/^\//, '');
    const inside = path.slice(root.length + 1);
    return roots.length > 1 ? `${root.slice(root.lastIndexOf('/') + 1)}/${inside}` : inside;
  };
}
