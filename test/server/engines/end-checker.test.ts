/** An end marker without a finish reason: the end of one model's answers, and the sign of a cut in those of another. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endChecker } from '../../../server/engines/end-checker.ts';
import { openaiCompatible } from '../../../server/engines/openai-compatible.ts';
import type { FinishPart } from '../../../server/engines/stream-parts.ts';
import { partsOf } from '../wire/decoded.ts';

const finishOf = async (reason: string | null): Promise<FinishPart> => {
  const chunk = { choices: [{ index: 0, delta: { content: 'Hello' }, finish_reason: reason }] };
  const body = `data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`;
  const finish = (await partsOf(openaiCompatible.wire, body)).at(-1);
  assert.ok(finish?.type === 'finish');
  return finish;
};

test('a model that never sends a finish reason ends its answers with the marker', async () => {
  const ends = endChecker();
  for (let answers = 0; answers < 3; answers += 1) ends.check('m', await finishOf(null));
});

test('after an answer with a finish reason, one without it is cut', async () => {
  const ends = endChecker();
  ends.check('m', await finishOf('stop'));
  for (let answers = 0; answers < 2; answers += 1) {
    const finish = await finishOf(null);
    assert.throws(() => ends.check('m', finish), { kind: 'interrupted' });
  }
  ends.check('m', await finishOf('stop'));
  ends.check('m', await finishOf('a new reason'));
  // Another model of the same gateway may run elsewhere.
  ends.check('other', await finishOf(null));
});
