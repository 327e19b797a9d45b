/** The input box for prompts. Stores what the user typed as a draft until the prompt is answered. */
import * as vscode from 'vscode';

export type PromptBox = {
  /** `undefined`: dismissed. The next box with the same `draftKey` starts with the typed text. */
  ask(question: PromptQuestion): Promise<string | undefined>;
  /** Stores a prompt that was not answered, to offer it again. */
  keepDraft(about: string, text: string): void;
  forgetDraft(about: string): void;
};
export type PromptQuestion = {
  /** Key of the stored draft; a role's id, for example. */
  readonly draftKey: string;
  readonly title: string;
  readonly prompt: string;
  readonly placeholder: string;
};

export function promptBox(): PromptBox {
  const drafts = new Map<string, string>();
  return {
    ask(question) {
      const box = vscode.window.createInputBox();
      box.title = question.title;
      box.prompt = question.prompt;
      box.placeholder = question.placeholder;
      box.value = drafts.get(question.draftKey) ?? '';
      box.ignoreFocusOut = true;
      return new Promise((resolve) => {
        box.onDidChangeValue(() => {
          box.validationMessage = undefined;
        });
        box.onDidAccept(() => {
          if (box.value.trim() === '') {
            box.validationMessage = 'The prompt is empty. Type what you want, then press Enter.';
            return;
          }
          drafts.set(question.draftKey, box.value);
          resolve(box.value);
          box.hide();
        });
        box.onDidHide(() => {
          if (box.value.trim() !== '') drafts.set(question.draftKey, box.value);
          resolve(undefined);
          box.dispose();
        });
        box.show();
      });
    },
    keepDraft: (about, text) => void drafts.set(about, text),
    forgetDraft: (about) => void drafts.delete(about),
  };
}
