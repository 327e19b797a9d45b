import assert from 'node:assert/strict';
import { test } from 'node:test';
import { optionalFieldsOf } from '../../../server/orchestration/optional-fields.ts';

test('a field that changes how the answer is read excludes models without it, any other is dropped', () => {
  assert.deepEqual(
    optionalFieldsOf({
      prompt: 'x',
      temperature: 0,
      topP: 1,
      seed: 1,
      parallelToolCalls: false,
      metadata: {},
      stop: ['END'],
      toolChoice: 'required',
    }),
    {
      drop: ['temperature', 'topP', 'seed', 'parallelToolCalls', 'metadata'],
      exclude: ['stop', 'toolChoice'],
    },
  );
});

test('tool choices that every service honours exclude no model', () => {
  for (const toolChoice of ['auto', 'none'] as const)
    assert.deepEqual(optionalFieldsOf({ prompt: 'x', toolChoice }), { drop: [], exclude: [] });
});
