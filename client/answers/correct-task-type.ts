/** **Rumbo: Correct Task Type**: says what kind of work a prompt asks for; prompts like it are taken so from then on. */
import * as vscode from 'vscode';
import { taskTypes } from '../../shared/tasks.ts';
import { truncate } from '../format/text.ts';
import { toClientErrorData } from '../notifications/error-messages.ts';
import { showInfo } from '../notifications/notify.ts';
import { showError } from '../notifications/show-error.ts';
import type { ServerProcess } from '../server/process.ts';
import type { PromptBox } from './prompt-box.ts';

/** Prompts to be corrected are remembered for this. */
export const correctionDraftKey = 'task';

const forget = 'Forget all corrections';
const meanings: Readonly<Record<(typeof taskTypes)[number], string>> = {
  planning: 'an ordered plan, a backlog, a roadmap',
  architecture: 'the design of a system, a data model, an API',
  complex_generation: 'an app, a feature with several parts, a whole class',
  simple_generation: 'one function, a snippet, a command, a how-to',
  verification: 'a review, a bug to find or fix, tests',
  general: 'knowledge, writing, conversation',
};

type Parts = { readonly server: ServerProcess; readonly prompts: PromptBox };

export async function correctTaskType({ server, prompts }: Parts): Promise<void> {
  const prompt = await prompts.ask({
    draftKey: correctionDraftKey,
    title: 'Rumbo: Correct Task Type',
    prompt:
      'Which prompt was taken for the wrong kind of work? Its words are not kept, only what they have in common with others.',
    placeholder: 'Show me where the checkout loses the discount',
  });
  if (prompt === undefined) return;
  try {
    const { task } = await server.use((connection) => connection.explain({ prompt }));
    const items = taskTypes.map((each) => ({
      label: words(each),
      task: each,
      detail: meanings[each],
      ...(each === task ? { description: 'as it is taken now' } : {}),
    }));
    const picked = await vscode.window.showQuickPick<
      vscode.QuickPickItem & { task?: (typeof taskTypes)[number] }
    >([...items, { label: '', kind: vscode.QuickPickItemKind.Separator }, { label: forget }], {
      title: `“${truncate(prompt, 50)}” asks for`,
    });
    if (!picked) return;
    prompts.forgetDraft(correctionDraftKey);
    const { task: right } = picked;
    if (right === undefined) {
      await server.use((connection) => connection.forgetCorrections());
      void showInfo('Rumbo has forgotten every correction.');
      return;
    }
    const count = await server.use((connection) => connection.correctTask({ prompt, task: right }));
    const remembered = count === 1 ? '1 correction is' : `${count} corrections are`;
    void showInfo(`Prompts like this are ${words(right)} from now on. ${remembered} remembered.`);
  } catch (error) {
    showError(toClientErrorData(error), { retry: () => correctTaskType({ server, prompts }) });
  }
}

const words = (task: string): string => task.replaceAll('_', ' ');
