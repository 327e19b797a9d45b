/** A store of secrets that outlives the server, whatever it is made of, and the sentence for each state it can be in. */
import type { KeyProblem, LastingStoreName } from '../../shared/keys.ts';

export interface SecretStore {
  /** `undefined`: there is no such entry, or the store is locked. Rejects when it cannot be accessed. */
  get(account: string): Promise<string | undefined>;
  /** Rejects with the store's own reason. */
  set(account: string, secret: string): Promise<void>;
  /** `false`: nothing was removed. */
  remove(account: string): Promise<boolean>;
  dispose(): void;
}

/** Milliseconds: a read must not delay a request; a write may show an unlock dialog. */
export const secretTimeoutMs = { get: 4_000, set: 60_000, remove: 60_000 } as const;

/** How a store rejects a call that took too long. */
export const noResponse = 'The store did not respond in time.';

const storeNames: Readonly<Record<LastingStoreName, string>> = {
  keychain: 'keychain',
  editor: 'editor’s secret storage',
};

/** What the messages of keychains mean; the first that matches counts. They are those of libsecret, macOS and Windows. */
const states: readonly { readonly state: KeyProblem['state']; readonly pattern: RegExp }[] = [
  { state: 'frozen', pattern: /in time|timeout|timed out|NoReply/i },
  { state: 'locked', pattern: /locked|dismissed|cancel|user interaction is not allowed|passphrase/i },
  {
    state: 'absent',
    pattern:
      /D-Bus|could not connect|provided by any|No keychain addon|cannot open shared object|Object does not exist|no editor|ServiceUnknown/i,
  },
  { state: 'full', pattern: /ENOSPC|no space|disk full|quota|out of memory|storage is full/i },
  { state: 'read-only', pattern: /EROFS|EACCES|EPERM|read-only|permission denied|write permissions/i },
];

/** The problem that an error of a store means. */
export function storeProblem(store: LastingStoreName, error: unknown): KeyProblem {
  const reason = error instanceof Error ? error.message : 'unknown reason';
  const state = states.find(({ pattern }) => pattern.test(reason))?.state ?? 'failed';
  return { state, ...problemTexts(storeNames[store], reason.replace(/\.$/, ''))[state] };
}

/** The problem of a store that returns nothing for an entry it has. */
export const missingEntryProblem = (store: LastingStoreName): KeyProblem => ({
  state: 'locked',
  message: `The ${storeNames[store]} did not return the saved key; it may be locked.`,
  action: unlockAction(storeNames[store]),
});

const unlockAction = (store: string) => `Unlock the ${store} and try again.`;

const problemTexts = (
  store: string,
  reason: string,
): Readonly<Record<KeyProblem['state'], Omit<KeyProblem, 'state'>>> => ({
  locked: { message: `The ${store} is locked (${reason}).`, action: unlockAction(store) },
  frozen: {
    message: `The ${store} does not respond.`,
    action: `Restart the ${store}, or sign in again, and try again.`,
  },
  absent: {
    message: `The ${store} cannot be used (${reason}).`,
    action: 'Start a keychain service with a keyring, or choose another store with rumbo.keys.store.',
  },
  'read-only': {
    message: `The ${store} cannot be written (${reason}).`,
    action: `Allow Rumbo to write to the ${store} and try again.`,
  },
  full: { message: `The ${store} is full (${reason}).`, action: 'Free some space and try again.' },
  failed: { message: `The ${store} failed (${reason}).`, action: 'Try again.' },
  // No error of a store means this.
  'other-origin': { message: `The ${store} failed (${reason}).`, action: 'Try again.' },
});
