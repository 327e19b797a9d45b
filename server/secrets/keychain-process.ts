/**
 * The process that accesses the OS keychain: a frozen or locked keychain blocks its caller for up to a minute, and then
 * only this process is lost. keychain.ts starts it; it is bundled as dist/keychain.cjs next to its addon.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { KeychainCall, KeychainReply } from './keychain.ts';

/** The functions used of the addon, as in `keytar`. https://github.com/atom/node-keytar */
type Addon = {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
};

const service = 'rumbo';
let loaded: Addon | undefined;

process.on('message', (call: KeychainCall) => void reply(call));
process.on('disconnect', () => process.exit(0));

async function reply(call: KeychainCall): Promise<void> {
  const reply: KeychainReply = await answer(call).then(
    (value) => ({ id: call.id, value }),
    (error: unknown) => ({ id: call.id, error: error instanceof Error ? error.message : 'unknown' }),
  );
  process.send?.(reply);
}

async function answer(call: KeychainCall): Promise<string | boolean | null> {
  loaded ??= load();
  switch (call.do) {
    case 'get':
      return loaded.getPassword(service, call.account);
    case 'set':
      await loaded.setPassword(service, call.account, call.secret);
      return true;
    case 'remove':
      return loaded.deletePassword(service, call.account);
  }
}

/** Loads it by path and keeps the real error; the package's own loader ignores musl and hides the cause. */
function load(): Addon {
  const platform = process.platform === 'linux' && isMusl() ? 'linuxmusl' : process.platform;
  const path = join(
    dirname(process.argv[1] ?? ''),
    'prebuilds',
    `${platform}-${process.arch}`,
    'keytar.node',
  );
  if (!existsSync(path)) throw new Error(`No keychain addon for ${platform}-${process.arch}.`);
  const module = { exports: {} };
  process.dlopen(module, path);
  return module.exports as Addon;
}

/** glibc names its version in the report; musl does not. */
function isMusl(): boolean {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime === undefined;
}
