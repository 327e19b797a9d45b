import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statusText } from '../../../scripts/terminal/text.ts';
import { sampleModel, sampleProvider, sampleStatus } from '../../client/samples.ts';

const soon = new Date(Date.now() + 60_000).toISOString();

test('status lists keys, rate limits and models that are cooling down, each on one line', () => {
  const text = statusText(
    sampleStatus({
      providers: [
        sampleProvider({
          models: [sampleModel(), sampleModel({ id: 'lab/large', name: 'large' })],
          keys: [
            { name: 'LAB_KEY_1', requests: 12, failures: 0 },
            {
              name: 'LAB_KEY_2',
              requests: 3,
              failures: 3,
              cooldownReason: 'The key was\nrefused.',
              until: soon,
            },
          ],
          windows: [{ unit: 'requests', limit: 60, remaining: 3, resetsAt: soon }],
          modelCooldowns: [
            { model: 'large', circuit: 'open', reason: 'It failed\nthree times.', until: soon },
            { model: 'gone', circuit: 'half-open', reason: 'It was silent.' },
          ],
        }),
      ],
    }),
  );
  for (const line of [
    /^ {2}LAB_KEY_1: ok, 12 requests$/m,
    /^ {2}LAB_KEY_2: cooling down until .*: The key was refused\.$/m,
    /^ {2}3\/60 requests left, resets at .*\d/m,
    /^ {2}lab\/small {2}local · /m,
    /^ {2}lab\/large {2}cooling down until .* · free · It failed three times\.$/m,
    /^ {2}lab\/gone {2}retrying · It was silent\.$/m,
  ])
    assert.match(text, line);
});
