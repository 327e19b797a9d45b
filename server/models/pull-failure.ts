/** Why a model could not be fetched, from the words engines and registries have for it. */
import type { ErrorKind } from '../../shared/error-kinds.ts';
import { RumboError } from '../../shared/errors.ts';
import { parseErrorText } from '../wire/error-body.ts';

type Cause = {
  readonly kind: ErrorKind;
  readonly said: RegExp;
  /** Ends the sentence that begins with “The engine could not fetch “x”: ”. */
  readonly because: string;
  readonly action: string;
};

/** In this order: a full disk and a missing network also make a manifest “not found”. */
const causes: readonly Cause[] = [
  {
    kind: 'invalid-request',
    said: /no space left|not enough space|disk (?:is )?full|insufficient (?:disk )?space|ENOSPC/i,
    because: 'the disk is full',
    action: 'Free some space and try again; what has arrived is kept.',
  },
  {
    kind: 'unreachable',
    said: /no such host|dial tcp|connection (?:refused|reset)|network is unreachable|i\/o timeout|TLS handshake|could ?n[o']t connect|failed to connect|max retries exceeded|unexpected EOF/i,
    because: 'it could not reach its registry',
    action: 'Check the network of the machine the engine runs on and try again; what has arrived is kept.',
  },
  {
    kind: 'invalid-request',
    said: /newer version|upgrade|unsupported|not supported/i,
    because: 'this version of the engine cannot run it',
    action: 'Update the engine, or choose another model.',
  },
  {
    kind: 'model-not-found',
    said: /file does not exist|not found|does not exist|no such (?:model|repo|file)|unauthorized|denied|invalid (?:model )?(?:name|reference)|validation failed|no GGUF/i,
    because: 'its registry does not have this model, or asks for a login',
    action: 'Check the model’s name.',
  },
];

/** @param text what the engine said, in whatever form; empty: nothing */
export function pullFailure(label: string, model: string, text: string): RumboError {
  const { message } = parseErrorText(text);
  const cause = causes.find(({ said }) => said.test(message));
  if (cause)
    return new RumboError(`${label} could not fetch “${model}”: ${cause.because}.`, {
      kind: cause.kind,
      action: cause.action,
    });
  return new RumboError(`${label} could not fetch “${model}”${message ? `: ${message}` : '.'}`, {
    kind: 'interrupted',
    action: 'Try again; what has arrived is kept.',
  });
}

/** The engine stopped telling of a download before it said that it was whole. */
export const brokeOff = (label: string, model: string): RumboError =>
  new RumboError(`The download of “${model}” by ${label} broke off.`, {
    kind: 'interrupted',
    action: 'Try again; what has arrived is kept.',
  });
