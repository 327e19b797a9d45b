import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contextFigures } from '../../../server/wire/token-figures.ts';

const limit = 'This model’s maximum context length is 4097 tokens. However, ';

test('a prompt that is too long by itself is distinguished from one that leaves too little for the answer', () => {
  const alone = contextFigures(`${limit}your messages resulted in 5120 tokens.`);
  assert.deepEqual([alone?.prompt, alone?.allowed], [5120, 4097]);
  const sum = contextFigures(
    `${limit}you requested 5000 tokens (4000 in the messages, 1000 in the completion).`,
  );
  assert.deepEqual([sum?.prompt, sum?.allowed], [4000, 4097]);
});
