/** Correct Task Type: the prompt, the picker, and deleting all corrections. */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { correctionDraftKey, correctTaskType } from '../../../client/answers/correct-task-type.ts';
import { promptBox } from '../../../client/answers/prompt-box.ts';
import { fakeEditor, window } from '../../support/vscode-stub.ts';
import { fakeServerProcess } from '../fake-server.ts';
import { sampleExplanation } from '../samples.ts';

type Item = { readonly label: string; readonly description?: string };
const sent: unknown[] = [];
const server = fakeServerProcess({
  explain: async () => sampleExplanation(),
  correctTask: async (params) => sent.push(params),
  forgetCorrections: async () => {
    sent.push('forget');
    return null;
  },
});

/** Corrects the prompt that was explained last; `pick` chooses from the list. */
async function correct(pick: (items: readonly Item[]) => Item | undefined): Promise<void> {
  const prompts = promptBox();
  prompts.keepDraft(correctionDraftKey, 'show me where it leaks');
  const showQuickPick = window.showQuickPick;
  window.showQuickPick = (async (items: readonly Item[]) => pick(items)) as never;
  fakeEditor.inputs = ['show me where it leaks'];
  try {
    await correctTaskType({ server, prompts });
  } finally {
    window.showQuickPick = showQuickPick;
  }
}
beforeEach(() => {
  fakeEditor.reset();
  sent.length = 0;
});

test('the prompt explained last is offered, with its current task type', async () => {
  await correct((items) => {
    assert.equal(fakeEditor.inputBoxes.at(-1)?.value, 'show me where it leaks');
    assert.equal(items.find(({ label }) => label === 'general')?.description, 'current');
    return items.find(({ label }) => label === 'verification');
  });
  assert.deepEqual(sent, [{ prompt: 'show me where it leaks', task: 'verification' }]);
  assert.equal(
    fakeEditor.messages.at(-1)?.text,
    'Similar prompts are now classified as verification. 1 correction is stored.',
  );
});
test('every correction can be deleted from the same list', async () => {
  await correct((items) => items.at(-1));
  assert.deepEqual(sent, ['forget']);
});
test('dismissing the list changes nothing', async () => {
  await correct(() => undefined);
  assert.deepEqual(sent, []);
});
