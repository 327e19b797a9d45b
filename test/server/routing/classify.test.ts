import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classify } from '../../../server/routing/classifier/classify.ts';

const examples: [string, string][] = [
  ['Plan the migration of our billing service to Postgres', 'planning'],
  ['Haz una hoja de ruta para lanzar la aplicación en tres meses', 'planning'],
  ['Desglosa esta épica en historias de usuario', 'planning'],
  ['Design a system for short links that survives a region outage', 'architecture'],
  ['Diseña la arquitectura de microservicios de una tienda', 'architecture'],
  ['Why does this test fail? TypeError: x is undefined', 'verification'],
  ['Revisa este código y dime si hay errores', 'verification'],
  ['write a function that reverses a string', 'simple_generation'],
  ['Escribe una función que sume dos números', 'simple_generation'],
  ['What is the difference between TCP and UDP?', 'general'],
  ['¿Quién inventó el lenguaje Lisp?', 'general'],
  ['', 'general'],
];
for (const [prompt, task] of examples) {
  test(`${JSON.stringify(prompt)} is ${task}`, () => assert.equal(classify(prompt).task, task));
}

test('a named task wins and is certain', () => {
  assert.deepEqual(classify('review this', 'planning').task, 'planning');
  assert.equal(classify('review this', 'planning').confidence, 1);
});
test('a long request with several parts is harder than a one-liner', () => {
  const long = `Implement a distributed job queue:\n${'- a worker pool that survives restarts and retries failed jobs\n'.repeat(8)}`;
  assert.ok(classify(long).difficulty > classify('write a regex for dates').difficulty);
  assert.equal(classify(long).task, 'complex_generation');
});
test('difficulty and confidence stay between 0 and 1, also for a megabyte', () => {
  for (const prompt of ['', 'x', 'optimize everything; '.repeat(50_000)]) {
    const { difficulty, confidence } = classify(prompt);
    assert.ok(difficulty >= 0 && difficulty <= 1 && confidence >= 0 && confidence <= 1);
  }
});
test('a vague prompt is general, with low confidence', () => {
  assert.equal(classify('hmm').task, 'general');
  assert.ok(classify('hmm').confidence < 0.5);
});
