/** Why a download failed, from messages of any length. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pullError } from '../../../server/engines/pull-error.ts';

const layers = 'error while pulling model: failed to read the layer of the manifest: '.repeat(60);

test('the cause at the end of a long message decides', () => {
  const full = pullError('Ollama', 'a', `${layers}write /models/x: no space left on device`);
  assert.match(full.message, /the disk is full/);
  const json = pullError('Docker', 'a', JSON.stringify({ error: `${layers}dial tcp: i/o timeout` }));
  assert.equal(json.kind, 'unreachable');
});

test('a long message without a known cause is shown with its beginning and its end', () => {
  const { message } = pullError('Docker', 'a', `${layers}the registry answered with a riddle`);
  assert.match(
    message,
    /^Docker could not fetch “a”: error while pulling model.* … .*answered with a riddle$/,
  );
  assert.ok(message.length < 320, message);
});
