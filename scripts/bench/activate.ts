/** Loads the bundled client once with a fake `vscode` module, and activates it. Prints the times as JSON. */
import { createRequire } from 'node:module';
import '../../test/support/vscode.ts';

const require = createRequire(import.meta.url);
require('vscode');

const loadAt = performance.now();
const client = require('../../dist/client.cjs') as { activate(context: unknown): void };
const loadMs = performance.now() - loadAt;

const context = {
  subscriptions: [],
  asAbsolutePath: (path: string) => path,
  globalStorageUri: { fsPath: '' },
  extension: { packageJSON: {} },
};
const activateAt = performance.now();
client.activate(context);
process.stdout.write(JSON.stringify({ loadMs, activateMs: performance.now() - activateAt }));
process.exit();
