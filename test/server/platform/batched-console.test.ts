/** Lines of the log, many in one message. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batchedConsole } from '../../../server/platform/batched-console.ts';

function recorder() {
  const sent: string[] = [];
  const write = (kind: string) => (text: string) => void sent.push(`${kind} ${text}`);
  return {
    sent,
    console: batchedConsole({ info: write('info'), warn: write('warn'), error: write('error') }),
  };
}

test('the first line is sent at once, those that follow soon after in one message', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { sent, console } = recorder();
  for (const line of ['a', 'b', 'c']) console.info(line);
  assert.deepEqual(sent, ['info a']);
  t.mock.timers.tick(50);
  assert.deepEqual(sent, ['info a', 'info b\nc']);
  t.mock.timers.tick(50);
  console.info('d');
  assert.deepEqual(sent.at(-1), 'info d', 'after a pause');
});

test('warnings and errors keep their place', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { sent, console } = recorder();
  console.info('a');
  console.info('b');
  console.warn('c');
  console.info('d');
  console.error('e');
  assert.deepEqual(sent, ['info a', 'info b', 'warn c', 'info d', 'error e']);
});

test('no line is lost at the end', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { sent, console } = recorder();
  console.info('a');
  console.info('b');
  console.dispose();
  assert.deepEqual(sent, ['info a', 'info b']);
});
