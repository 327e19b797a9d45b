/** **Rumbo: Correct Task Type**: the user sets the task type of a prompt; similar prompts are classified so from then on. */
import * as vscode from 'vscode';
import { taskTypes } from '../../shared/tasks.ts';
import { truncate } from '../format/text.ts';
import { toClientErrorData } from '../notifications/error-messages.ts';
import { showInfo } from '../notifications/notify.ts';
import { showError } from '../notifications/show-error.ts';
import type { ServerProcess } from '../server/process.ts';
import type { PromptBox } from './prompt-box.ts';

/** The draft that this command offers; Explain Route stores its prompt there. */
export const correctionDraftKey = 'task';

const deleteAll = 'Delete all corrections';
const meanings: Readonly<Record<(typeof taskTypes)[number], string>> = {
  planning: 'an ordered plan, a backlog, a roadmap',
  architecture: 'the design of a system, a data model, an API',
  complex_generation: 'an app, a feature with several deps, a whole class',
  simple_generation: 'one function, a snippet, a command, a how-to',
  verification: 'a review, a bug to find or fix, tests',
  general: 'knowledge, writing, conversation',
};

type CorrectTaskTypeDeps = { readonly server: ServerProcess; readonly prompts: PromptBox };

export async function correctTaskType({ server, prompts }: CorrectTaskTypeDeps): Promise<void> {
  const prompt = await prompts.ask({
    draftKey: correctionDraftKey,
    title: 'Rumbo: Correct Task Type',
    prompt:
      'Which prompt got the wrong task type? Its text is not stored, only features that similar prompts share.',
    placeholder: 'Show me where the checkout loses the discount',
  });
  if (prompt === undefined) return;
  try {
    const { task } = await server.request('explain', { prompt });
    const items = taskTypes.map((each) => ({
      label: label(each),
      task: each,
      detail: meanings[each],
      ...(each === task ? { description: 'current' } : {}),
    }));
    const picked = await vscode.window.showQuickPick<
      vscode.QuickPickItem & { task?: (typeof taskTypes)[number] }
    >([...items, { label: '', kind: vscode.QuickPickItemKind.Separator }, { label: deleteAll }], {
      title: `Task type of “${truncate(prompt, 50)}”`,
    });
    if (!picked) return;
    prompts.forgetDraft(correctionDraftKey);
    const { task: right } = picked;
    if (right === undefined) {
      await server.request('forgetCorrections');
      void showInfo('All corrections were deleted.');
      return;
    }
    const count = await server.request('correctTask', { prompt, task: right });
    const stored = count === 1 ? '1 correction is' : `${count} corrections are`;
    void showInfo(`Similar prompts are now classified as ${label(right)}. ${stored} stored.`);
  } catch (error) {
    showError(toClientErrorData(error), { retry: () => correctTaskType({ server, prompts }) });
  }
}

const label = (task: string): string => task.replaceAll('_', ' ');
