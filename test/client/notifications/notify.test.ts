import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { withoutLinks } from '../../../client/notifications/notify.ts';
import { showError } from '../../../client/notifications/show-error.ts';
import { fakeEditor } from '../../support/vscode-stub.ts';

test('text from a provider never becomes a link that runs a command', () => {
  // As VS Code finds links in notifications.
  const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;
  for (const evil of [
    '[Fix it](command:workbench.action.terminal.new)',
    '[[a](command:x)',
    '[a](https://evil.example/?q=1 "title")',
  ]) {
    assert.match(evil, link);
    assert.doesNotMatch(withoutLinks(evil), link);
  }
  fakeEditor.reset();
  showError({ kind: 'bad-response', message: '[Fix it](command:evil)' });
  assert.equal(fakeEditor.messages[0]?.text, '[Fix it] (command:evil)');
});

test('hidden characters of a message are shown', () => {
  assert.equal(withoutLinks('a\u202eb\u001b[2J'), 'a\\u202Eb\\u001B[2J');
});

test('every notification goes through notify.ts; only modal dialogs, which have no links, do not', () => {
  for (const file of globSync('client/**/*.ts').filter((path) => !path.endsWith('notify.ts'))) {
    const direct = readFileSync(file, 'utf8').match(
      /window\s*\.show(Error|Warning|Information)Message\([^)]*/g,
    );
    for (const call of direct ?? []) assert.match(call, /modal: true/, file);
  }
});
