import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { ClientError } from '../../../client/notifications/error-messages.ts';
import { type KeyChannelProcess, keyChannel, keyProblem } from '../../../client/server/key-channel.ts';
import type { KeyCommand, KeyReply } from '../../../shared/key-channel.ts';

/** A fake child process. */
function child(answer: (command: KeyCommand, reply: (message: unknown) => void) => void) {
  const events = new EventEmitter();
  const process: KeyChannelProcess = {
    send: (command, done) => {
      done(null);
      answer(command, (message) => events.emit('message', message));
    },
    on: (event: string, listener: (...args: never[]) => void) => events.on(event, listener as () => void),
  };
  return { process, end: () => events.emit('exit') };
}
const reply = (id: number, more: Partial<KeyReply>): KeyReply => ({ type: 'rumbo/key/reply', id, ...more });
const set = { type: 'rumbo/key/set', provider: 'groq', key: 'sk-secret' } as const;
const failure = (message: RegExp) => (error: unknown) =>
  error instanceof ClientError && message.test(error.data.message) && !error.data.message.includes('sk-');

test('a key is sent and its store is returned', async () => {
  const sent: KeyCommand[] = [];
  const channel = keyChannel(
    child((command, answer) => {
      sent.push(command);
      answer(reply(command.id, { store: 'keychain' }));
    }).process,
  );
  assert.equal((await channel.send(set)).store, 'keychain');
  assert.deepEqual(sent, [{ ...set, id: 1 }]);
});

test('replies are matched by id in any order, and other messages are ignored', async () => {
  const waiting: (() => void)[] = [];
  const { process } = child((command, answer) => {
    waiting.unshift(() =>
      answer(reply(command.id, { store: 'memory', message: 'provider' in command ? command.provider : '' })),
    );
    if (waiting.length < 2) return;
    for (const message of [null, 'x', { type: 'other', id: 1 }, reply(99, { store: 'none' })])
      answer(message);
    for (const send of waiting) send();
  });
  const channel = keyChannel(process);
  const [first, second] = await Promise.all([
    channel.send({ type: 'rumbo/key/remove', provider: 'a' }),
    channel.send({ type: 'rumbo/key/remove', provider: 'b' }),
  ]);
  assert.deepEqual([first.message, second.message], ['a', 'b']);
});

test('a refusal, a timeout and an exit are errors with one sentence, without the key', async () => {
  const refusing = child((command, answer) =>
    answer(reply(command.id, { message: 'The keychain is locked.' })),
  );
  await assert.rejects(keyChannel(refusing.process).send(set), failure(/keychain is locked/));

  const silent = child(() => undefined);
  await assert.rejects(keyChannel(silent.process, 10).send(set), failure(/did not answer/));

  const dying = child(() => undefined);
  const answer = keyChannel(dying.process).send(set);
  dying.end();
  await assert.rejects(answer, failure(/server stopped/));
});

test('invalid keys are refused before they are sent', () => {
  assert.match(keyProblem('') ?? '', /Type or paste/);
  assert.match(keyProblem('  \n') ?? '', /spaces only/);
  assert.match(keyProblem('ab\0cd') ?? '', /NUL/);
  assert.match(keyProblem('sk abc') ?? '', /in the middle/);
  assert.match(keyProblem('ü'.repeat(1300)) ?? '', /2,500 bytes/);
  assert.equal(keyProblem('k'.repeat(2500)), undefined);
  assert.equal(keyProblem(' sk-abc\n'), undefined);
});
