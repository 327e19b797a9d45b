import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { receiptHistory } from '../../../client/answers/receipt-history.ts';
import { showKeyAlerts } from '../../../client/keys/key-alerts.ts';
import type { Attempt } from '../../../shared/receipts.ts';
import { fakeEditor } from '../../support/vscode-stub.ts';
import { sampleReceipt } from '../samples.ts';

const refused: Attempt = {
  model: 'groq/llama',
  outcome: 'unauthorized',
  ms: 90,
  message: 'The API key was refused.',
};
const answered = (model: Attempt['model']): Attempt => ({ model, outcome: 'ok', ms: 900 });
const setUp = () => {
  const receipts = receiptHistory();
  showKeyAlerts(receipts);
  return (...attempts: Attempt[]) =>
    receipts.add(sampleReceipt({ model: attempts.at(-1)?.model ?? 'lab/small', attempts }));
};
beforeEach(() => fakeEditor.reset());

test('a refused key that another model made up for is reported once, with a button', async () => {
  const answer = setUp();
  fakeEditor.buttonToPress = 'Set API Key';
  answer(refused, answered('lab/small'));
  answer(refused, answered('lab/small'));
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(fakeEditor.messages, [
    {
      kind: 'warning',
      text: 'groq/llama did not answer: The API key was refused. lab/small answered instead. Set a working key with “Rumbo: Set API Key”.',
      buttons: ['Set API Key'],
    },
  ]);
  assert.deepEqual(fakeEditor.executed, [{ id: 'rumbo.setApiKey', args: ['groq'] }]);
});

test('it is reported again after the provider has answered, and another kind is reported separately', () => {
  const answer = setUp();
  answer(refused, answered('lab/small'));
  answer(
    { ...refused, outcome: 'payment-required', message: 'The account is empty.' },
    answered('lab/small'),
  );
  answer(answered('groq/llama'));
  answer(refused, answered('lab/small'));
  assert.deepEqual(
    fakeEditor.messages.map(({ buttons }) => buttons),
    [['Set API Key'], ['Show Providers'], ['Set API Key']],
  );
});

test('temporary failures are not reported', () => {
  const answer = setUp();
  for (const outcome of ['rate-limited', 'overloaded', 'interrupted', 'cancelled'] as const)
    answer({ ...refused, outcome }, answered('lab/small'));
  assert.deepEqual(fakeEditor.messages, []);
});
