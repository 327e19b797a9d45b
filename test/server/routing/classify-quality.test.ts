import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quality } from '../../../scripts/train-classifier/measure.ts';
import { classify } from '../../../server/routing/classifier/classify.ts';
import { featuresOf } from '../../../server/routing/classifier/features.ts';
import bundled from '../../../server/routing/classifier/model.json' with { type: 'json' };
import { loadModel } from '../../../server/routing/classifier/model.ts';
import { taskTypes } from '../../../shared/tasks.ts';
import { prompts } from '../../support/prompts.ts';

const tests = [...prompts('held-out'), ...prompts('unseen')];
const guesses = tests.map(({ text, label, lang }) => {
  const { probabilities } = classify(text);
  return {
    row: { label, lang, weak_label: false, synthetic: false },
    probabilities: taskTypes.map((task) => probabilities[task]),
  };
});
const measured = quality(guesses);

test('four of five unseen prompts get the right task, in both languages', () => {
  assert.ok(measured.accuracy >= 0.8, `accuracy ${measured.accuracy}`);
  assert.ok(measured.macroF1 >= 0.8, `macro-F1 ${measured.macroF1}`);
  for (const lang of ['en', 'es'])
    assert.ok((measured.parts.get(lang) ?? 0) >= 0.8, `${lang} ${measured.parts.get(lang)}`);
});
test('its confidence matches its accuracy', () => {
  assert.ok(measured.ece <= 0.1, `calibration error ${measured.ece}`);
});
test('a confident guess is nearly always right', () => {
  assert.ok(measured.at80 >= 0.9, `accuracy of the surest four fifths ${measured.at80}`);
});
test('the test prompts are not in the training data', () => {
  const practised = new Set(prompts('practice').map(({ text }) => text));
  assert.deepEqual(
    tests.filter(({ text }) => practised.has(text)),
    [],
  );
});

const same: [why: string, one: string, other: string][] = [
  ['accents and opening marks', '¿Cómo instalo Docker en Ubuntu?', 'como instalo docker en ubuntu?'],
  ['case', 'Write unit tests for the parser', 'WRITE UNIT TESTS FOR THE PARSER'],
  ['politeness', 'fix this bug', 'Hi! Could you please fix this bug'],
  [
    'a persona',
    'write unit tests for the login',
    'You are a senior software architect. Write unit tests for the login',
  ],
  ['pasted code', 'rename the variable', 'rename the variable\n\n```ts\nconst plan = architecture();\n```'],
];
for (const [why, one, other] of same) {
  test(`${why} does not change the task`, () => assert.equal(classify(other).task, classify(one).task));
}

const pasted: [string, string][] = [
  [
    'Traceback (most recent call last):\n  File "main.py", line 3, in <module>\nKeyError: \'a\'',
    'verification',
  ],
  ['TypeError: Cannot read properties of undefined\n    at Lista (Lista.jsx:12:22)', 'verification'],
];
for (const [prompt, task] of pasted) {
  test(`${JSON.stringify(prompt.slice(0, 40))} alone is ${task}`, () =>
    assert.equal(classify(prompt).task, task));
}

test('it abstains when the prompt is too vague, and reports its guess', () => {
  const { task, abstained, probabilities } = classify('zzz');
  assert.equal(task, 'general');
  assert.equal(abstained, true);
  const sum = taskTypes.reduce((total, name) => total + probabilities[name], 0);
  assert.ok(Math.abs(sum - 1) < 1e-5);
});
test('a named task is certain, without abstaining', () => {
  const { probabilities, abstained } = classify('zzz', 'planning');
  assert.equal(probabilities.planning, 1);
  assert.equal(abstained, false);
});
test('a factual question looks easier than a proof, a snippet easier than a product', () => {
  const difficulty = (prompt: string) => classify(prompt).difficulty;
  assert.ok(
    difficulty('Who wrote Don Quixote?') <
      difficulty('Prove that $\\sqrt{2}$ is irrational and compute $\\sum_{k=1}^{n} k^2$.'),
  );
  assert.ok(
    difficulty('write a regex for dates') <
      difficulty(
        'Implement a complete booking platform with accounts, payments, a calendar, notifications, an admin panel and tests.',
      ),
  );
});

test('the bundled model is small and fits the features', () => {
  assert.ok(JSON.stringify(bundled).length <= 250 * 1024);
  const { indices, values } = featuresOf('Escribe una función que sume dos números');
  assert.equal(indices.length, values.length);
  assert.equal(new Set(indices).size, indices.length);
  assert.equal(loadModel(bundled).tasks.length, taskTypes.length);
});
test('a model of another shape is rejected', () => {
  assert.throws(() => loadModel({ ...bundled, weights: 'AAAA' }), /weights/);
  assert.throws(() => loadModel({ ...bundled, tasks: [] }));
});
test('the time to classify two kilobytes has a bound for any text, also hostile ones', () => {
  const texts = [
    'We compared the plans and should review how the queries behave in production, shouldn’t we? '.repeat(22),
    'if (a[b] === c) { d({ e: f }); }\n'.repeat(60),
    'x'.repeat(2048),
    '- do this and that\n'.repeat(105),
    '```\n'.repeat(500),
    'á¿'.repeat(1024),
  ];
  for (const text of texts) {
    for (let round = 0; round < 300; round++) classify(text);
    const startedAt = performance.now();
    for (let round = 0; round < 100; round++) classify(text);
    const each = (performance.now() - startedAt) / 100;
    // Twenty times the usual, for a noisy machine; `npm run bench` measures the speed.
    assert.ok(each < 10, `${each.toFixed(3)} ms: ${text.slice(0, 20)}`);
  }
});
