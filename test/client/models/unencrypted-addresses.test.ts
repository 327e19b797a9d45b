/** Nothing is allowed without a modal confirmation, and the answer is kept by origin in the user's settings. */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { allowHttp, offerToAllowHttp } from '../../../client/models/unencrypted-addresses.ts';
import type { Status } from '../../../shared/status.ts';
import { fakeEditor } from '../../support/vscode-stub.ts';
import { sampleProvider, sampleStatus } from '../samples.ts';

const origin = 'http://192.168.1.5:11434';
const soon = () => new Promise((resolve) => setTimeout(resolve, 5));
const allowed = () => fakeEditor.settings.get('rumbo.network.allowHttp')?.globalValue;
const status = sampleStatus({
  providers: [sampleProvider({ name: 'lab', origin })],
  unencrypted: [origin, 'http://nas.test'],
});

beforeEach(() => fakeEditor.reset());

test('an address is offered once, and the offer alone allows nothing', async () => {
  let report = (_status: Status): void => {};
  offerToAllowHttp({
    onStatus(listener) {
      report = listener;
      return { dispose() {} };
    },
  });
  fakeEditor.buttonToPress = 'Allow\u2026';
  report({ ...status, unencrypted: [origin] });
  report({ ...status, unencrypted: [origin] });
  report(sampleStatus());
  await soon();
  assert.equal(fakeEditor.messages.length, 2, 'the offer and the question');
  assert.match(fakeEditor.messages[1]?.text ?? '', /unencrypted\?$/);
  assert.equal(allowed(), undefined);
});

test('a confirmed address is added to those that are allowed, once', async () => {
  fakeEditor.settings.set('rumbo.network.allowHttp', { globalValue: ['http://other.test'] });
  fakeEditor.buttonToPress = 'Send Unencrypted';
  await allowHttp({ status }, 'lab');
  await allowHttp({ status }, 'lab');
  assert.deepEqual(allowed(), ['http://other.test', origin]);
});

test('a refused question, and a status without such addresses, change nothing', async () => {
  await allowHttp({ status }, 'lab');
  assert.equal(allowed(), undefined);
  await allowHttp({ status: sampleStatus() });
  assert.match(fakeEditor.messages.at(-1)?.text ?? '', /No configured address waits/);
});
