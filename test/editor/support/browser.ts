/** Debian's chromium, driven by playwright-core: nothing is downloaded. */
import { type Browser, chromium, type Page } from 'playwright-core';
import { onPath } from '../../../scripts/set-up/on-path.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome'];

/** A window of a usual size. `close` ends the browser. */
export async function openPage(url: string): Promise<{ page: Page; close(): Promise<void> }> {
  const browser = await launch();
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(url).origin });
  const page = await context.newPage();
  return { page, close: () => browser.close() };
}

function launch(): Promise<Browser> {
  const executablePath = names.map((name) => onPath(name, process.env)).find((path) => path !== undefined);
  if (!executablePath) throw new Error('There is no chromium: apt-get install chromium');
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
