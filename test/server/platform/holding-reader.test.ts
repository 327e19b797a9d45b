import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DataCallback, Message, MessageReader } from 'vscode-languageserver/node';
import { holdingReader } from '../../../server/platform/holding-reader.ts';

const event = () => ({ dispose() {} });
const message = (method: string) => ({ jsonrpc: '2.0', method }) as Message;

function start() {
  let arrive: DataCallback = () => assert.fail('nothing listens');
  const reader: MessageReader = {
    onError: event,
    onClose: event,
    onPartialMessage: event,
    dispose() {},
    listen(callback) {
      arrive = callback;
      return { dispose() {} };
    },
  };
  const holding = holdingReader(reader);
  const received: string[] = [];
  holding.listen((each) => received.push((each as Message & { method: string }).method));
  return {
    received,
    release: holding.release,
    send: (...methods: string[]) => {
      for (const each of methods) arrive(message(each));
    },
  };
}

test('messages after initialize arrive in their order once the server can handle them', () => {
  const { received, release, send } = start();
  send('initialize', 'initialized', 'rumbo/status');
  assert.deepEqual(received, ['initialize']);
  release();
  send('shutdown');
  assert.deepEqual(received, ['initialize', 'initialized', 'rumbo/status', 'shutdown']);
});

test('messages before initialize pass, and a second initialize holds nothing back', () => {
  const { received, release, send } = start();
  send('rumbo/status', 'initialize');
  release();
  send('initialize', 'exit');
  assert.deepEqual(received, ['rumbo/status', 'initialize', 'initialize', 'exit']);
});
