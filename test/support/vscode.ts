/** `node --import ./test/support/vscode.ts`: outside the editor, `vscode` resolves to vscode-stub.ts. */
import { registerHooks } from 'node:module';

const standIn = new URL('./vscode-stub.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'vscode' ? { url: standIn, shortCircuit: true } : next(specifier, context),
});
