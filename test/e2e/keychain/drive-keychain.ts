/** Runs inside the session of keychain.test.ts: drives the bundled keychain process and prints what it saw. */
import { fileURLToPath } from 'node:url';
import { osKeychain } from '../../../server/secrets/keychain.ts';

const program = fileURLToPath(new URL('../../../dist/keychain.cjs', import.meta.url));
const account = 'test@https://example.test';
const keychain = osKeychain(program);

async function drive(): Promise<object> {
  const missing = (await keychain.get(account)) ?? null;
  await keychain.set(account, 'sk-ñ-canary-42');
  const found = await keychain.get(account);
  // A second process reads the keyring, not the memory of the first one.
  const other = osKeychain(program);
  const foundAgain = await other.get(account);
  other.dispose();
  const removed = await keychain.remove(account);
  return {
    missing,
    found,
    foundAgain,
    removed,
    gone: (await keychain.get(account)) ?? null,
    removedTwice: await keychain.remove(account),
  };
}

const result = await drive().catch((error: Error) => ({ error: error.message }));
keychain.dispose();
process.stdout.write(JSON.stringify(result));
