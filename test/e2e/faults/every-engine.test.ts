/** Every engine × every fault, over the bundled server: what the user gets, how often each provider is requested, and that nothing is lost silently. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { engines } from '../../../server/engines/table.ts';
import { faultsBeforeFirstPart } from '../../support/faults/before-first-part.ts';
import { type FakedEngine, fakedEngineName, fakedEngines } from '../../support/faults/engines.ts';
import type { Fault } from '../../support/faults/fault.ts';
import { midStreamFaults } from '../../support/faults/mid-stream.ts';
import { oddFrameFaults } from '../../support/faults/odd-frames.ts';
import { type ServerPool, serverPool } from '../../support/faults/servers.ts';
import { runFault } from '../../support/faults/trial.ts';

let pool: ServerPool;
before(async () => {
  pool = await serverPool(10);
});
after(() => pool.close());

const counts = { tried: 0, survived: 0, errors: 0, lost: 0 };

test('every engine of the table has a fake', () => {
  const kinds = new Set(fakedEngines.map(({ kind }) => kind));
  assert.deepEqual(
    engines.map(({ kind }) => kind).filter((kind) => !kinds.has(kind)),
    [],
  );
});

describe('before the first part', { concurrency: 4 }, () => {
  for (const fault of faultsBeforeFirstPart) survives(fault);
});

describe('in the middle of the answer', { concurrency: 4 }, () => {
  for (const fault of midStreamFaults) survives(fault);
});

describe('in frames and with ends of its own', { concurrency: 4 }, () => {
  for (const fault of oddFrameFaults) survives(fault);
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
      ...(fault.withoutFallback ? [trial(engine, fault, true)] : []),
    ]);
    assert.deepEqual((await Promise.all(trials)).flat(), []);
  });
}

/** What is wrong, each with the name of the engine. */
async function trial(engine: FakedEngine, fault: Fault, alone: boolean): Promise<string[]> {
  const verdict = await pool.use((server) => runFault(server, engine, fault, alone));
  if (!verdict) return [];
  const { outcome, problems, lost } = verdict;
  counts.tried += 1;
  if (lost) counts.lost += 1;
  else if (outcome === 'error') counts.errors += 1;
  else counts.survived += 1;
  return problems.map((each) => `${fakedEngineName(engine)}${alone ? ', alone' : ''}: ${each}`);
}
