import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import * as vscode from 'vscode';
import { showBudgetWarnings } from '../../../client/notifications/budget-warnings.ts';
import type { Budget, Status } from '../../../shared/status.ts';
import { fakeEditor } from '../../support/vscode-stub.ts';
import { sampleStatus } from '../samples.ts';

const budget = (spentUsd: number, more: Partial<Budget> = {}): Budget => ({
  name: 'rumbo.budget.perDayUsd',
  period: 'day',
  limitUsd: 1,
  spentUsd,
  reservedUsd: 0,
  warns: spentUsd >= 0.8,
  freesAt: '2026-11-22T00:00:00.000Z',
  ...more,
});
const setUp = () => {
  const changed = new vscode.EventEmitter<Status>();
  showBudgetWarnings(changed.event);
  return (...budgets: Budget[]) => changed.fire(sampleStatus({ budgets }));
};
const warnings = () => fakeEditor.messages.map(({ text }) => text);
beforeEach(() => fakeEditor.reset());

test('a nearly spent budget warns once, and once more when it is spent', () => {
  const change = setUp();
  change(budget(0.5));
  change(budget(0.81));
  change(budget(0.9));
  change(budget(1.02));
  change(budget(1.02));
  assert.equal(warnings().length, 2);
  assert.match(
    warnings()[0] ?? '',
    /^The budget rumbo\.budget\.perDayUsd is nearly spent \(\$0\.81.* of \$1/,
  );
  assert.match(warnings()[1] ?? '', /is spent .*Local models answer until it resets on/);
});
test('the next day warns again', () => {
  const change = setUp();
  change(budget(0.9));
  change(budget(0.1, { freesAt: '2026-11-23T00:00:00.000Z' }));
  change(budget(0.9, { freesAt: '2026-11-23T00:00:00.000Z' }));
  assert.equal(warnings().length, 2);
});
test('its button opens the budget settings', async () => {
  const change = setUp();
  fakeEditor.buttonToPress = 'Open Settings';
  change(budget(0.9));
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(fakeEditor.executed, [{ id: 'workbench.action.openSettings', args: ['rumbo.budget'] }]);
});
