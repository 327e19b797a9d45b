/** A whole answer in the background. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backgroundAnswer } from '../../../server/orchestration/background-answer.ts';
import type { AskParams } from '../../../shared/ask.ts';
import type { AskPart, AskResult } from '../../../shared/protocol.ts';

test('only text is part of it, and nothing may replace or shorten it', async () => {
  let sent: AskParams | undefined;
  const answer = backgroundAnswer({
    async *ask(params): AsyncGenerator<AskPart, AskResult> {
      sent = params;
      yield { type: 'start', model: 'a/b', cached: false };
      yield { type: 'reasoning-delta', text: 'hm' };
      yield { type: 'text-delta', text: 'one ' };
      yield { type: 'text-delta', text: 'two' };
      return { text: 'one two' } as AskResult;
    },
  });
  assert.equal(await answer('a/b', 'hi', new AbortController().signal), 'one two');
  assert.deepEqual(sent, {
    prompt: 'hi',
    model: 'a/b',
    useCache: false,
    whenPinnedUnavailable: 'fail',
    onInterruption: 'fail',
    urgency: 'background',
  });
});
