/** Inside the extension host: collects tests, runs them in order, and reports each result to the outer test. */
import * as vscode from 'vscode';

/** An action on the workbench, which an extension cannot perform. */
export type WorkbenchAction =
  | { readonly do: 'answer'; readonly title: string; readonly text: string }
  | { readonly do: 'notification'; readonly words: string }
  | { readonly do: 'press'; readonly words: string; readonly button: string };

/** Suite → outer test. */
export type SuiteMessage =
  | { readonly type: 'start'; readonly title: string }
  | { readonly type: 'end'; readonly error?: { readonly message: string; readonly stack: string } }
  /** Shown with the results. */
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'action'; readonly action: WorkbenchAction };

declare const GIVEN: { readonly channel: string; readonly parameters: unknown };

/** The parameters from the outer test. */
export const parameters = <Type>(): Type => GIVEN.parameters as Type;

/** Milliseconds for one test. */
const testLimitMs = 45_000;

const tests: { title: string; work: () => Promise<void> }[] = [];

export function test(title: string, work: () => Promise<void>): void {
  tests.push({ title, work });
}

/** VS Code calls this; it resolves when every test has passed. */
async function run(): Promise<void> {
  if (tests.length === 0) throw new Error('There are no tests.');
  let failed = 0;
  for (const { title, work } of tests) {
    await send({ type: 'start', title });
    try {
      await Promise.race([work(), overdue()]);
      await send({ type: 'end' });
    } catch (error) {
      failed += 1;
      const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
      await send({ type: 'end', error: { message, stack } });
    }
  }
  if (failed > 0) throw new Error(`${failed} failed`);
}
Object.assign(globalThis, { rumboSuite: run });

/** Rejects when a test exceeds its time. */
const overdue = (): Promise<never> =>
  new Promise((_, reject) => {
    setTimeout(reject, testLimitMs, new Error(`It took longer than ${testLimitMs / 1000} s.`)).unref();
  });

async function send(message: SuiteMessage): Promise<unknown> {
  const response = await fetch(GIVEN.channel, { method: 'POST', body: JSON.stringify(message) });
  const { value, error } = (await response.json()) as { value?: unknown; error?: string };
  if (error) throw new Error(error);
  return value;
}

export const note = (text: string): Promise<unknown> => send({ type: 'note', text });

export const workbenchHand = {
  /** Types into the box of this title. */
  answer: (title: string, text: string) => send({ type: 'action', action: { do: 'answer', title, text } }),
  /** Waits for a notification. */
  notification: (words: string) =>
    send({ type: 'action', action: { do: 'notification', words } }) as Promise<{
      sentence: string;
      buttons: string[];
    }>,
  press: (words: string, button: string) => send({ type: 'action', action: { do: 'press', words, button } }),
};

/** Waits until `read` returns a value. */
export async function waitFor<Value>(
  read: () => Value | Promise<Value>,
  what: string,
  limitMs = 20_000,
): Promise<Exclude<Value, false | '' | undefined>> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const value = await read();
    if (value) return value as Exclude<Value, false | '' | undefined>;
    if (Date.now() > deadline) throw new Error(`Timed out waiting for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

/** The newest answer's text. */
export const activeAnswerText = (): string => {
  const document = vscode.window.activeTextEditor?.document;
  return document?.uri.scheme === 'rumbo-answer' ? document.getText() : '';
};

/** Requests a plan as a user does; returns the complete document. */
export async function runPlan(prompt: string): Promise<string> {
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  const planned = vscode.commands.executeCommand('rumbo.plan');
  await workbenchHand.answer('Rumbo: Plan', prompt);
  await planned;
  return waitFor(
    () => /## Receipt|\*\*(?:Not answered|Incomplete|Stopped)/.test(activeAnswerText()) && activeAnswerText(),
    'an answer',
  );
}

/** The current routing decision. */
export async function explainedRoute(prompt = 'Plan the next release', more: object = {}): Promise<string> {
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  await vscode.commands.executeCommand('rumbo.explainRoute', { prompt, role: 'planner', ...more });
  return waitFor(activeAnswerText, 'a route');
}

/** The models of a route in order. */
export const candidatesIn = (text: string): string[] =>
  [...text.matchAll(/^\d+\. \*\*(\S+)\*\*/gm)].map(([, model = '']) => model);
