/** Why a download failed, from the messages of engines and registries. */
import type { ErrorKind } from '../../shared/error-policies.ts';
import { RumboError } from '../../shared/errors.ts';
import { redactKeys } from '../platform/redact-keys.ts';
import { parseErrorText } from '../wire/error-body.ts';

type Cause = {
  readonly kind: ErrorKind;
  readonly pattern: RegExp;
  /** Ends the sentence that begins with “The engine could not fetch “x”: ”. */
  readonly reason: string;
  readonly action: string;
};

/** In this order: a full disk or a missing network also makes a manifest “not found”. */
const causes: readonly Cause[] = [
  {
    kind: 'invalid-request',
    pattern: /no space left|not enough space|disk (?:is )?full|insufficient (?:disk )?space|ENOSPC/i,
    reason: 'the disk is full',
    action: 'Free some space and try again; the download will resume.',
  },
  {
    kind: 'unreachable',
    pattern:
      /no such host|dial tcp|connection (?:refused|reset)|network is unreachable|i\/o timeout|TLS handshake|could ?n[o']t connect|failed to connect|max retries exceeded|unexpected EOF/i,
    reason: 'it could not reach its registry',
    action: 'Check the network of the machine the engine runs on and try again; the download will resume.',
  },
  {
    kind: 'invalid-request',
    pattern: /newer version|upgrade|unsupported|not supported/i,
    reason: 'this version of the engine cannot run it',
    action: 'Update the engine, or choose another model.',
  },
  {
    kind: 'model-not-found',
    pattern:
      /file does not exist|not found|does not exist|no such (?:model|repo|file)|unauthorized|denied|invalid (?:model )?(?:name|reference)|validation failed|no GGUF/i,
    reason: 'its registry does not have this model, or asks for a login',
    action: 'Check the model’s name.',
  },
];

/** @param text the engine's message in any form; empty: none */
export function pullError(label: string, model: string, text: string): RumboError {
  const { message, text: all } = parseErrorText(text);
  // Each layer puts its words before the cause, so the cause of a long message is at its end.
  const cause = causes.find(({ pattern }) => pattern.test(all) || pattern.test(text));
  if (cause)
    return new RumboError(`${label} could not fetch “${model}”: ${cause.reason}.`, {
      kind: cause.kind,
      action: cause.action,
    });
  const shown = message.endsWith('…')
    ? `${firstWords(message)} … ${lastWords(text.startsWith('{') ? all : redactKeys(text))}`
    : message;
  return new RumboError(`${label} could not fetch “${model}”${shown ? `: ${shown}` : '.'}`, {
    kind: 'interrupted',
    action: 'Try again; the download will resume.',
  });
}

/** The engine stopped reporting a download before it reported it complete. */
export const interruptedPull = (label: string, model: string): RumboError =>
  new RumboError(`The download of “${model}” by ${label} broke off.`, {
    kind: 'interrupted',
    action: 'Try again; the download will resume.',
  });

/** Characters of a long message that are shown from its beginning, and from its end. */
const shownLength = { first: 60, last: 160 };
const firstWords = (message: string): string => message.slice(0, shownLength.first).replace(/\s\S*$/, '');
const lastWords = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  return parseErrorText(line.slice(-shownLength.last).replace(/^\S*\s/, '')).message;
};
