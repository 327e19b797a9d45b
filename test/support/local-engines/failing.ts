/** What a rejection of the server must be: a kind, a sentence, and one action. */
import assert from 'node:assert/strict';
import type { ErrorKind } from '../../../shared/error-kinds.ts';
import type { RumboError } from '../../../shared/errors.ts';

export const failing =
  (kind: ErrorKind, message: RegExp, action = /\.$/) =>
  (error: RumboError): boolean => {
    assert.equal(error.kind, kind, error.message);
    assert.match(error.message, message);
    assert.match(error.data.action ?? '', action);
    return true;
  };
