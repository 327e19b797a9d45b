/** Keeps a practice engine running for as long as the editor is open. */
import { type PracticeEngine, startPracticeEngine } from '../practice/start.ts';
import type { Change } from '../set-up/editor-settings.ts';
import { type Report, SetUpError } from '../set-up/report.mjs';

/** About as fast as a small model on a laptop: quick to read along with, slow enough to be stopped. */
const tokensPerSecond = 40;
const restarts = 5;

/** @returns nothing if it cannot be installed, which has been reported then */
export async function keepPractice(
  report: Report,
  settings: (changes: readonly Change[]) => void,
): Promise<{ close(): Promise<void> } | undefined> {
  let closing = false;
  let left = restarts;
  let engine: PracticeEngine;

  const writeSettings = () => {
    settings([[['rumbo.providers', 'practice'], engine.config['rumbo.providers'].practice]]);
  };
  const watch = async (): Promise<void> => {
    await engine.ended;
    if (closing) return;
    if (left-- === 0) return report.line('The practice engine keeps ending, so it is left alone now.');
    report.line('The practice engine has ended; starting it again.');
    const port = Number(new URL(engine.baseUrl).port);
    engine = await startPracticeEngine({ report, tokensPerSecond, port }).catch(() =>
      startPracticeEngine({ report, tokensPerSecond }),
    );
    writeSettings();
    return watch();
  };

  try {
    engine = await startPracticeEngine({ report, tokensPerSecond });
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    report.line(`${error.message} Continuing without it.`);
    return undefined;
  }
  report.line(
    'No key and no local engine found: the practice engine answers, a toy model with canned replies.',
  );
  writeSettings();
  watch().catch((error: unknown) => report.line(`The practice engine is gone: ${String(error)}`));
  return {
    close() {
      closing = true;
      return engine.close();
    },
  };
}
