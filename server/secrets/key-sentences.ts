/** What the replies to key commands say. */
import type { KeyProblem, LastingStoreName } from '../../shared/keys.ts';

export const alreadySaved = 'This key is already saved; nothing has changed.';
export const noSuchKey = 'This key is no longer there; another window may have removed it.';

const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message.replace(/\.$/, '') : 'unknown reason';

/** @param problem absent: the user has chosen memory */
export const memoryOnly = (problem: KeyProblem | undefined): string =>
  problem
    ? `${problem.message} The key is kept in memory until Rumbo stops, and not saved. ${problem.action}`
    : 'The key is kept in memory until Rumbo stops, and not saved, as rumbo.keys.store says.';

export const notSaved = ({ message, action }: KeyProblem): string =>
  `${message} The key was not saved, since rumbo.keys.store allows no other store. ${action}`;

export const indexNotWritten = (error: unknown): string =>
  `The list of saved keys cannot be written (${reasonOf(error)}). The key is kept in memory until Rumbo stops, and not saved.`;

export const savedElsewhere = (store: LastingStoreName, { message }: KeyProblem): string =>
  `${message} The key is saved in ${store === 'editor' ? 'the editor’s secret storage' : 'the system’s keychain'} instead.`;

export const rotatedInMemory = (message = ''): string =>
  `${message} The old key stays saved beside it.`.trim();

export const oldKeyStays = ({ message, action }: KeyProblem): string =>
  `The new key is saved, but the old one could not be removed. ${message} ${action}`;

export const notRemovedBecause = ({ message, action }: KeyProblem): string =>
  `The key could not be removed: ${message} ${action}`;

export const notRemoved = (store: LastingStoreName): KeyProblem => {
  const name = store === 'editor' ? 'editor’s secret storage' : 'keychain';
  return {
    state: 'locked',
    message: `The ${name} did not remove it; it may be locked.`,
    action: 'Unlock it and try again.',
  };
};

export const optionsNotSaved = (error: unknown): string =>
  `The list of saved keys cannot be written (${reasonOf(error)}). Nothing has changed.`;

/** The index cannot be written. */
export const indexProblem = (error: unknown): KeyProblem => ({
  state: 'read-only',
  message: `The list of saved keys cannot be written (${reasonOf(error)}).`,
  action: 'Make Rumbo’s storage folder writable and try again.',
});

export const environmentStays = (provider: string): string =>
  `${provider} still has a key in the environment; unset it to remove that one.`;

export const nothingToImport = (provider: string): string =>
  `${provider} has no key in the environment; set its variable, restart the editor and try again.`;

export const otherOrigin = (savedFor: string, origin: string): KeyProblem => ({
  state: 'other-origin',
  message: `The saved key is for ${savedFor}; the address is now ${origin}.`,
  action: 'Set a key for the new address, or correct the address in rumbo.providers.',
});
