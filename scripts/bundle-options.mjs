/** What esbuild bundles and how; the build and the notices of bundled packages use the same. */

const common = {
  bundle: true,
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  platform: 'node',
  format: 'cjs',
  target: 'node22',
  // jsonc-parser's CommonJS build hides its requires from bundlers; its module build does not.
  mainFields: ['module', 'main'],
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
  loader: { '.md': 'text' },
};

/** @type {import('esbuild').BuildOptions[]} */
export const bundles = [
  { ...common, entryPoints: { client: 'client/extension.ts' }, external: ['vscode'] },
  // `server.cjs` prepares Node and loads `server-main.cjs`.
  { ...common, entryPoints: { server: 'server/bootstrap.ts', 'server-main': 'server/main.ts' } },
  { ...common, entryPoints: { keychain: 'server/secrets/keychain-process.ts' } },
];
