/** Where users keep what they write; everything else is shown by the editor or made by an extension. */
const schemes = ['file', 'untitled', 'vscode-remote', 'vscode-vfs', 'vscode-notebook-cell'] as const;

/** For everything that belongs to ghost text. */
export const userDocumentSelectors = schemes.map((scheme) => ({ scheme }));

export const isUserDocument = ({ scheme }: { readonly scheme: string }): boolean =>
  (schemes as readonly string[]).includes(scheme);
