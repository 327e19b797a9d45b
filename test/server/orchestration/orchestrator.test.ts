/** The life of a request around its attempts: corrections, explanations, stronger models, requests in flight. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backgroundAnswer } from '../../../server/orchestration/background-answer.ts';
import { answersWith, fails, failsAfter, inTurn, pipeline } from './pipeline.ts';

test('requests in flight are counted, and each change is announced', async () => {
  const rumbo = pipeline([{ id: 'a/one', script: answersWith('one') }]);
  const seen: number[] = [];
  await rumbo.ask({ prompt: 'hi' }, undefined, () => seen.push(rumbo.orchestrator.inFlight()));
  assert.deepEqual(new Set(seen), new Set([1]));
  assert.equal(rumbo.orchestrator.inFlight(), 0);
  assert.equal(rumbo.changes(), 2);
  await rumbo.failure({ prompt: '' });
  assert.equal(rumbo.orchestrator.inFlight(), 0);
});

test('a request that is invalid contacts no provider', async () => {
  const rumbo = pipeline([{ id: 'a/one', script: answersWith('one') }]);
  assert.equal((await rumbo.failure({ prompt: ' ' })).kind, 'invalid-request');
  assert.equal(rumbo.refreshCount(), 0);
});

test('an answer from the cache does not look for providers', async () => {
  const rumbo = pipeline([{ id: 'a/one', script: answersWith('one') }]);
  await rumbo.ask({ prompt: 'hi' });
  await rumbo.ask({ prompt: 'hi' });
  assert.equal(rumbo.refreshCount(), 1);
});

test('explain decides and sends nothing', () => {
  const rumbo = pipeline([
    { id: 'a/one', script: answersWith('one') },
    { id: 'b/two', script: answersWith('two'), more: { locked: true } },
  ]);
  const { task, candidates, excluded, confidence } = rumbo.orchestrator.explain({
    prompt: 'hi',
    role: 'planner',
  });
  assert.equal(task, 'planning');
  assert.equal(confidence, 1);
  assert.deepEqual(
    candidates.map(({ model, promptError }) => [model, promptError]),
    [['a/one', null]],
  );
  assert.deepEqual(
    excluded.map(({ model, rule }) => [model, rule]),
    [['b/two', 'locked']],
  );
  assert.equal(rumbo.requests.length, 0);
});

test('a correction holds at once, and cached answers are forgotten', async () => {
  const rumbo = pipeline([{ id: 'a/one', script: inTurn(answersWith('one'), answersWith('two')) }]);
  const prompt = 'Put the crates of the upper deck in order, please';
  await rumbo.ask({ prompt });
  const before = rumbo.orchestrator.explain({ prompt }).task;
  const task = before === 'architecture' ? 'planning' : 'architecture';
  assert.equal(await rumbo.orchestrator.correctTask({ prompt, task }), 1);
  assert.equal(rumbo.orchestrator.explain({ prompt }).task, task);
  assert.equal((await rumbo.ask({ prompt })).result.text, 'two');
  rumbo.orchestrator.forgetCorrections();
  assert.equal(rumbo.orchestrator.explain({ prompt }).task, before);
});

test('a stronger model that was wanted answers such prompts from then on', async () => {
  const rumbo = pipeline([
    { id: 'a/small', script: answersWith('small'), more: { tier: 2 } },
    { id: 'b/large', script: answersWith('large'), more: { tier: 4 } },
  ]);
  const prompt = 'Write a function that turns Roman numerals into numbers';
  assert.equal((await rumbo.ask({ prompt })).result.text, 'small');
  assert.equal((await rumbo.ask({ prompt, strongerThan: 'a/small' })).result.text, 'large');
  assert.equal((await rumbo.ask({ prompt })).result.text, 'large', 'and not the cached one');
});

test('a background answer is whole or fails, and no other model replaces its own', async () => {
  const rumbo = pipeline([
    {
      id: 'a/one',
      script: inTurn(
        answersWith('whole ', 'words'),
        failsAfter(['half'], 'interrupted'),
        fails('overloaded'),
      ),
    },
    { id: 'b/two', script: answersWith('two') },
  ]);
  const signal = new AbortController().signal;
  const answer = backgroundAnswer(rumbo.orchestrator);
  assert.equal(await answer('a/one', 'hi', signal), 'whole words');
  assert.equal(rumbo.requests[0]?.urgency, 'background');
  await assert.rejects(answer('a/one', 'hi', signal), { kind: 'interrupted' });
  await assert.rejects(answer('a/one', 'hi', signal), { kind: 'overloaded' });
  assert.equal(
    rumbo.requests.every(({ model }) => model === 'a/one'),
    true,
  );
});
