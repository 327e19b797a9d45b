/** Asserts that a rejection has a kind, a sentence and an action. */
import assert from 'node:assert/strict';
import type { ErrorKind } from '../../../shared/error-policies.ts';
import type { RumboError } from '../../../shared/errors.ts';

export const isRumboError =
  (kind: ErrorKind, message: RegExp, action = /\.$/) =>
  (error: RumboError): boolean => {
    assert.equal(error.kind, kind, error.message);
    assert.match(error.message, message);
    assert.match(error.data.action ?? '', action);
    return true;
  };
