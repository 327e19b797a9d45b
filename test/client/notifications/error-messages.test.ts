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
import { type ErrorKind, errorPolicies } from '../../../shared/error-kinds.ts';

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

test('every kind of failure has an opinion on its button, and each button’s command exists', () => {
  for (const kind of [...kinds, 'server-stopped', 'server-gone'] as const) {
    const button = errorButton(failure(kind));
    assert.notEqual(button, undefined, kind);
    if (button && typeof button.action === 'object')
      assert.ok(commandIds.includes(button.action.command), kind);
  }
});

test('only a cancelled request has nothing to press', () => {
  assert.deepEqual(
    kinds.filter((kind) => errorButton(failure(kind)) === null),
    ['cancelled'],
  );
});

test('a wrong key leads to the key of that provider', () => {
  assert.deepEqual(errorButton(failure('unauthorized', { provider: 'groq' }))?.action, {
    command: 'rumbo.setApiKey',
    arguments: ['groq'],
  });
});

test('a pinned model that cannot run offers the next one, whatever kept it out', () => {
  for (const kind of kinds)
    assert.equal(errorButton(failure(kind, { pinned: 'a/b' }))?.action, 'use-next-model');
});

test('what the server answers becomes the failure, with its sentence and action', () => {
  const data = { kind: 'timeout', message: 'It took too long.', action: 'Try again.' };
  const found = toClientErrorData(Object.assign(new Error('x'), { code: -32000, data }));
  assert.deepEqual(found, data);
  assert.equal(errorSentence(found), 'It took too long. Try again.');
});

test('a cancelled request is no more than cancelled', () => {
  assert.equal(toClientErrorData({ code: -32800 }).kind, 'cancelled');
});

test('a server that died says so, and whether it is back', () => {
  assert.match(errorSentence(toClientErrorData({ code: -32097 })), /stopped.*restarted\. Ask again\./);
  assert.equal(toClientErrorData({ code: -32097 }, false).kind, 'server-gone');
});

test('anything else is one sentence without its stack', () => {
  const found = toClientErrorData(new TypeError('Cannot read properties of undefined'));
  assert.doesNotMatch(errorSentence(found), /undefined|TypeError|at /);
});

test('a failure that was understood once is not guessed at again', () => {
  const known = failure('over-budget');
  assert.equal(toClientErrorData(new ClientError(known)), known);
});

test('data of another shape is not taken for ours', () => {
  assert.equal(
    toClientErrorData({ code: -32000, data: { kind: 'constructor', message: 'x' } }).kind,
    'bad-response',
  );
});
