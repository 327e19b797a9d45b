import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  ClientError,
  type ClientErrorData,
  errorButton,
  errorSentence,
  toClientErrorData,
} from '../../../client/notifications/error-messages.ts';
import { type ErrorKind, errorPolicies } from '../../../shared/error-policies.ts';

const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
const commandIds: string[] = manifest.contributes.commands.map(
  (command: { command: string }) => command.command,
);
const kinds = Object.keys(errorPolicies) as ErrorKind[];
const failure = (kind: ClientErrorData['kind'], more: Partial<ClientErrorData> = {}): ClientErrorData => ({
  kind,
  message: 'No.',
  ...more,
});

test('every kind of error has a button or none, and each button’s command exists', () => {
  for (const kind of [...kinds, 'server-stopped', 'server-gone'] as const) {
    const button = errorButton(failure(kind));
    assert.notEqual(button, undefined, kind);
    if (button && typeof button.action === 'object')
      assert.ok(commandIds.includes(button.action.command), kind);
  }
});

test('only a cancelled request has no button', () => {
  assert.deepEqual(
    kinds.filter((kind) => errorButton(failure(kind)) === null),
    ['cancelled'],
  );
});

test('a wrong key leads to the key of its provider', () => {
  assert.deepEqual(errorButton(failure('unauthorized', { provider: 'groq' }))?.action, {
    command: 'rumbo.setApiKey',
    arguments: ['groq'],
  });
});

test('a pinned model that cannot run offers the next one, whatever the kind', () => {
  for (const kind of kinds)
    assert.equal(errorButton(failure(kind, { pinned: 'a/b' }))?.action, 'use-next-model');
});

test('a server error keeps its sentence and action', () => {
  const data = { kind: 'timeout', message: 'It took too long.', action: 'Try again.' };
  const found = toClientErrorData(Object.assign(new Error('x'), { code: -32000, data }));
  assert.deepEqual(found, data);
  assert.equal(errorSentence(found), 'It took too long. Try again.');
});

test('a cancelled request is recognised by its code', () => {
  assert.equal(toClientErrorData({ code: -32800 }).kind, 'cancelled');
});

test('a server that ended is reported, with whether it restarts', () => {
  assert.match(errorSentence(toClientErrorData({ code: -32097 })), /stopped.*restarted\. Ask again\./);
  assert.equal(toClientErrorData({ code: -32097 }, false).kind, 'server-gone');
});

test('any other error is one sentence without its stack', () => {
  const found = toClientErrorData(new TypeError('Cannot read properties of undefined'));
  assert.doesNotMatch(errorSentence(found), /undefined|TypeError|at /);
});

test('error data that was converted once is kept', () => {
  const converted = failure('over-budget');
  assert.equal(toClientErrorData(new ClientError(converted)), converted);
});

test('data of an unknown shape is a bad response', () => {
  assert.equal(
    toClientErrorData({ code: -32000, data: { kind: 'constructor', message: 'x' } }).kind,
    'bad-response',
  );
});
