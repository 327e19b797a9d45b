/** Operates VS Code's workbench like a user. Waits for conditions, never for a fixed time. */
import assert from 'node:assert/strict';
import { basename } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { output } from './output.ts';

/** Milliseconds that one step may take on a slow, busy machine. */
export const timeoutMs = 30_000;

/** `reset` presses these; `keybindings.json` of the profile defines them. */
const clearKey = 'Control+Alt+Shift+F9';
const closeKey = 'Control+Alt+Shift+F10';
export const keybindings = [
  { key: 'ctrl+alt+shift+f9', command: 'notifications.clearAll' },
  { key: 'ctrl+alt+shift+f10', command: 'workbench.action.revertAndCloseActiveEditor' },
];

export type Workbench = ReturnType<typeof workbench>;

export function workbench(page: Page) {
  const waiting = waits(page);
  const quick = quickInputs(page, waiting);
  const parts = {
    page,
    ...waiting,
    ...quick,
    ...textEditors(page, waiting, quick),
    ...notifications(page),
    ...trees(page, waiting),
  };
  return {
    ...parts,

    /** The item of the status bar with these words. */
    status: (words: string | RegExp): Locator => page.locator('.statusbar-item', { hasText: words }).first(),

    screenshot: async (name: string): Promise<void> =>
      void (await page.screenshot({ path: output(`${name}.png`), animations: 'disabled' })),

    /** Closes every editor, dialog and notification; unsaved text is discarded. */
    async reset(): Promise<void> {
      await page.keyboard.press('Escape');
      await parts.retrying(async () => {
        for (let open = await parts.tabs.count(); open > 0; open = await parts.tabs.count()) {
          // A click first: after a button of a tree was pressed no element has the focus, and keys are lost.
          await parts.tabs.last().click({ timeout: 3000 });
          await page.keyboard.press(closeKey);
          await parts.until(
            () => parts.tabs.count(),
            (count) => count < open,
            'a tab stays open',
            3000,
          );
        }
      });
      await page.keyboard.press(clearKey);
    },
  };
}

type Waits = ReturnType<typeof waits>;

function waits(page: Page) {
  /** Retries an attempt: the palette sometimes closes by itself. */
  async function retrying(attempt: () => Promise<void>, attempts = 4): Promise<void> {
    for (let left = attempts; ; left--) {
      try {
        return await attempt();
      } catch (error) {
        if (left === 1) throw error;
        await page.keyboard.press('Escape');
      }
    }
  }

  /** Waits until the value that `read` returns satisfies; the error has the last value. */
  async function until<Value>(
    read: () => Promise<Value>,
    satisfies: (value: Value) => boolean,
    what: string,
    limitMs = timeoutMs,
  ): Promise<Value> {
    const deadline = Date.now() + limitMs;
    for (;;) {
      const value = await read();
      if (satisfies(value)) return value;
      if (Date.now() > deadline) assert.fail(`${what}; it was: ${JSON.stringify(value, null, 1)}`);
      await page.waitForTimeout(50);
    }
  }

  return { retrying, until };
}

/** The command palette, input boxes, lists and the file picker. */
function quickInputs(page: Page, { retrying }: Waits) {
  const quickInput = page.locator('.quick-input-widget:visible');
  const input = quickInput.locator('.quick-input-box input');
  const rows = quickInput.locator('.monaco-list-row');
  const self = {
    quickInput,
    input,
    rows,

    /**
     * Runs a command by its title, as the palette shows it.
     * @param question the title of the box or list it opens, which like the palette may lose the focus and close
     */
    command: (title: string, question?: string): Promise<void> =>
      retrying(async () => {
        // Not Escape first: it would take the selection away.
        await page.keyboard.press('F1');
        await input.waitFor({ timeout: 5000 });
        await input.fill(`>${title}`, { timeout: 3000 });
        // A click, not Enter: when the palette has just closed a click fails and is tried again.
        await quickInput
          .locator('.monaco-list-row.focused')
          .filter({ has: page.locator('.label-name', { hasText: title }) })
          .click({ timeout: 8000 });
        await page
          .locator('.quick-input-widget input[aria-label*="Type the name of a command"]:visible')
          .waitFor({ state: 'hidden', timeout: 5000 });
        if (question !== undefined) await self.question(question, 8000);
      }),

    /** Types into the box of this title, which a command has opened. */
    async answer(title: string, text: string): Promise<void> {
      await self.question(title);
      await input.fill(text);
      await page.keyboard.press('Enter');
    },

    /** Waits for a box or a list of this title. */
    question: (title: string, timeout = timeoutMs): Promise<void> =>
      quickInput.locator('.quick-input-title', { hasText: title }).waitFor({ timeout }),

    /** Picks one of the list. */
    async pick(label: string): Promise<void> {
      const row = rows.filter({ has: page.getByText(label, { exact: true }) }).first();
      await row.waitFor({ timeout: timeoutMs });
      await row.click();
    },
  };
  return self;
}

function textEditors(
  page: Page,
  { retrying, until }: Waits,
  { quickInput, input }: ReturnType<typeof quickInputs>,
) {
  const tabs = page.locator('.editor-group-container .tab');
  /** The editor of the document whose address begins so; of a diff, its right side. */
  const editorOf = (uri: string): Locator =>
    page.locator(`.editor-instance .monaco-editor[data-uri^="${uri}"]`).last();

  const self = {
    tabs,

    /** Opens a file, with the cursor on a line. */
    openFile: (path: string, line = 1, column = 1): Promise<void> =>
      retrying(async () => {
        await page.keyboard.press('Escape');
        await page.keyboard.press('Control+P');
        await input.waitFor({ timeout: 5000 });
        await input.fill(`${path}:${line}:${column}`, { timeout: 3000 });
        // The list first shows recently opened files.
        await quickInput
          .locator('.monaco-list-row.focused', { hasText: basename(path) })
          .waitFor({ timeout: 8000 });
        await page.keyboard.press('Enter');
        await editorOf(self.uriOf(path)).waitFor({ timeout: 8000 });
      }),

    /** The address of a file as this window knows it. */
    uriOf: (path: string): string => `vscode-remote://${new URL(page.url()).host}${path}`,

    /** Waits until the lines on the screen hold these words, and returns them. */
    shows: (uri: string, words: string | RegExp): Promise<string> =>
      until(
        () => self.visibleText(uri),
        (text) => (typeof words === 'string' ? text.includes(words) : words.test(text)),
        `${words} does not show in ${uri}`,
      ),

    focus: (uri: string): Promise<void> =>
      editorOf(uri).locator('.lines-content > .view-lines').click({ timeout: timeoutMs }),

    /** The lines on the screen of the editor whose address begins so. */
    async visibleText(uri: string): Promise<string> {
      const lines = await editorOf(uri)
        .locator('.lines-content > .view-lines > .view-line')
        .evaluateAll((elements) =>
          elements
            .map((element) => ({
              top: Number.parseFloat((element as unknown as { style: { top: string } }).style.top),
              text: element.textContent ?? '',
            }))
            .sort((a, b) => a.top - b.top)
            .map(({ text }) => text),
        )
        .catch(() => []);
      return lines.join('\n').replaceAll('\u00a0', ' ');
    },

    /** The whole text of an editor, as the clipboard gets it. */
    async text(uri: string): Promise<string> {
      await self.focus(uri);
      await page.evaluate('navigator.clipboard.writeText("")');
      await page.keyboard.press('Control+A');
      await page.keyboard.press('Control+C');
      return until(
        () => page.evaluate<string>('navigator.clipboard.readText()'),
        (text) => text !== '',
        'nothing could be copied',
      );
    },

    /** Replaces the whole text of an editor. */
    async paste(uri: string, text: string): Promise<void> {
      await self.focus(uri);
      await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
      await page.keyboard.press('Control+A');
      await page.keyboard.press('Control+V');
    },
  };
  return self;
}

function notifications(page: Page) {
  const items = page.locator('.notification-list-item');
  return {
    /**
     * Waits for a notification with these words and returns it. VS Code shows no more than three within 0.8 s, which
     * only a test is fast enough to notice; the others are in the notification centre.
     */
    async notification(words: string | RegExp): Promise<Locator> {
      const found = items.filter({ hasText: words }).first();
      try {
        await found.waitFor({ timeout: 4000 });
      } catch {
        if (!(await page.locator('.notifications-center.visible').isVisible()))
          await page.locator('.statusbar-item[id="status.notifications"]').click();
        await found.waitFor({ timeout: timeoutMs });
      }
      return found;
    },

    /** The sentence of a notification. */
    sentence: async (toast: Locator): Promise<string> =>
      ((await toast.locator('.notification-list-item-message').textContent()) ?? '').trim(),

    async press(toast: Locator, button: string): Promise<void> {
      await toast.locator('.monaco-button', { hasText: button }).first().click();
    },
  };
}

/** The rows of the trees in the sidebar, and tooltips. */
function trees(page: Page, { retrying, until }: Waits) {
  const self = {
    /** A row of the tree, by its text. */
    row: (name: string | RegExp): Locator =>
      page.locator('.sidebar .pane-body .monaco-list-row').filter({ hasText: name }).first(),

    /** Expands or collapses a row of the tree; a click is lost when the tree is redrawn at that moment. */
    expand: (name: string | RegExp, wanted = true): Promise<void> =>
      retrying(async () => {
        const expanded = () => self.row(name).getAttribute('aria-expanded', { timeout: 5000 });
        if ((await expanded()) !== String(wanted)) await self.row(name).click({ timeout: 5000 });
        await until(expanded, (now) => now === String(wanted), `${name} does not expand`, 3000);
      }),

    /** Hovers over an element until its tooltip shows these words. */
    tooltip: (what: Locator, words: string): Promise<void> =>
      retrying(async () => {
        await page.mouse.move(700, 400);
        await what.hover({ timeout: 5000 });
        await page.locator('.monaco-hover:visible', { hasText: words }).waitFor({ timeout: 4000 });
      }),

    /** Presses the button that shows on a row of the tree under the mouse. */
    async act(name: string | RegExp, button: string): Promise<void> {
      await retrying(async () => {
        // A redraw of the tree removes the buttons until the mouse moves.
        await page.mouse.move(700, 400);
        const row = self.row(name);
        await row.hover({ timeout: 5000 });
        await row.locator(`.action-label[aria-label="${button}"]`).click({ timeout: 2000 });
      });
    },
  };
  return self;
}
