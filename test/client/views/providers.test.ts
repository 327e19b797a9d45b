import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProvidersView } from '../../../client/views/providers.ts';
import type { Status } from '../../../shared/status.ts';
import { EventEmitter, editor } from '../../support/vscode-stub.ts';
import { provider, status } from '../samples.ts';

test('a number stands at the icon while something waits for the user, and goes when it is mended', () => {
  const changed = new EventEmitter<Status>();
  const view = createProvidersView({ onStatus: changed.event } as never);
  const refused = provider({ label: 'Groq', state: 'resting', rule: 'key', key: 'environment' });
  const empty = provider({ label: 'OpenAI', state: 'resting', rule: 'payment', key: 'keychain' });
  changed.fire(status({ providers: [provider(), refused, empty] }));
  assert.deepEqual(editor.tree?.['badge'], { value: 2, tooltip: 'Groq: key refused\nOpenAI: account empty' });
  changed.fire(status());
  assert.equal(editor.tree?.['badge'], undefined);
  view.dispose();
});
