/** Every engine × every fault, over the bundled server: what the user gets, who was asked how often, and nothing lost silently. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { engines } from '../../../server/engines/table.ts';
import { beforeTheAnswer } from '../../support/faults/before-the-answer.ts';
import { duringTheAnswer } from '../../support/faults/during-the-answer.ts';
import { type FakedEngine, fakedEngines, nameOf } from '../../support/faults/engines.ts';
import type { Fault } from '../../support/faults/fault.ts';
import { type Servers, servers } from '../../support/faults/servers.ts';
import { tryFault } from '../../support/faults/trial.ts';

let pool: Servers;
before(async () => {
  pool = await servers(10);
});
after(() => pool.close());

const counts = { tried: 0, survived: 0, errors: 0, lost: 0 };

test('every engine of the table is put to the test', () => {
  const kinds = new Set(fakedEngines.map(({ kind }) => kind));
  assert.deepEqual(
    engines.map(({ kind }) => kind).filter((kind) => !kinds.has(kind)),
    [],
  );
});

describe('before the answer', { concurrency: 4 }, () => {
  for (const fault of beforeTheAnswer) survives(fault);
});

describe('during the answer', { concurrency: 4 }, () => {
  for (const fault of duringTheAnswer) survives(fault);
});

test('no answer was lost silently', (t) => {
  const { tried, survived, errors, lost } = counts;
  t.diagnostic(`${tried} faults tried, ${survived} survived, ${errors} clear errors, ${lost} silent losses`);
  assert.ok(tried > 1_000, `${tried} faults tried`);
  assert.equal(survived + errors, tried);
  assert.equal(lost, 0);
});

function survives(fault: Fault): void {
  test(`every engine survives ${fault.name}`, async () => {
    const trials = fakedEngines.flatMap((engine) => [
      trial(engine, fault, false),
      ...(fault.alone ? [trial(engine, fault, true)] : []),
    ]);
    assert.deepEqual((await Promise.all(trials)).flat(), []);
  });
}

/** What is wrong, each with the name of the engine. */
async function trial(engine: FakedEngine, fault: Fault, alone: boolean): Promise<string[]> {
  const verdict = await pool.use((server) => tryFault(server, engine, fault, alone));
  if (!verdict) return [];
  const { outcome, complaints, lost } = verdict;
  counts.tried += 1;
  if (lost) counts.lost += 1;
  else if (outcome === 'error') counts.errors += 1;
  else counts.survived += 1;
  return complaints.map((each) => `${nameOf(engine)}${alone ? ', alone' : ''}: ${each}`);
}
