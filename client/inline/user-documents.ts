/** Schemes of documents that users edit; the editor and extensions create the others. */
const schemes = ['file', 'untitled', 'vscode-remote', 'vscode-vfs', 'vscode-notebook-cell'] as const;

/** Document selectors of ghost text. */
export const userDocumentSelectors = schemes.map((scheme) => ({ scheme }));

export const isUserDocument = ({ scheme }: { readonly scheme: string }): boolean =>
  (schemes as readonly string[]).includes(scheme);
