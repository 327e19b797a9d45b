/** The interface that VS Code on the desktop and in the browser share. */
import type { Report } from '../set-up/report.mjs';

/** An editor that was opened. */
export interface Editor {
  /** Resolves when it ends by itself, with a sentence after a failure. */
  ended: Promise<string | undefined>;
  /** Recorded for another `npm start`. */
  address: { url?: string; pid?: number };
  close(): Promise<void>;
}

export interface EditorOptions {
  profile: string;
  workspace: string;
  report: Report;
}
