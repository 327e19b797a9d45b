/** What the two kinds of VS Code have in common. */
import type { Report } from '../set-up/report.mjs';

/** An editor that was opened. */
export interface Editor {
  /** Resolves when it ends by itself: with a sentence when something went wrong. */
  ended: Promise<string | undefined>;
  /** What another `npm start` has to know. */
  address: { url?: string; pid?: number };
  close(): Promise<void>;
}

export interface EditorOptions {
  profile: string;
  workspace: string;
  report: Report;
}
