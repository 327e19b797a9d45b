/** Asks the user for a prompt, and remembers what was typed until it has been answered. */
import * as vscode from 'vscode';

export type Prompts = {
  /** `undefined`: dismissed. What was typed is there again the next time. */
  ask(question: Question): Promise<string | undefined>;
  /** Keeps a prompt that was not answered, to offer it again. */
  keep(about: string, text: string): void;
  forget(about: string): void;
};
export type Question = {
  /** What is remembered is remembered for this; the name of a role, say. */
  readonly about: string;
  readonly title: string;
  readonly prompt: string;
  readonly placeholder: string;
};

export function promptMemory(): Prompts {
  const kept = new Map<string, string>();
  return {
    ask(question) {
      const box = vscode.window.createInputBox();
      box.title = question.title;
      box.prompt = question.prompt;
      box.placeholder = question.placeholder;
      box.value = kept.get(question.about) ?? '';
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
          kept.set(question.about, box.value);
          resolve(box.value);
          box.hide();
        });
        box.onDidHide(() => {
          if (box.value.trim() !== '') kept.set(question.about, box.value);
          resolve(undefined);
          box.dispose();
        });
        box.show();
      });
    },
    keep: (about, text) => void kept.set(about, text),
    forget: (about) => void kept.delete(about),
  };
}
