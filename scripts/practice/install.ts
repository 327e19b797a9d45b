/** Downloads llama.cpp for the practice engine on first use. */
import { join } from 'node:path';
import { folders } from '../set-up/folders.ts';
import { installOnDemand } from '../set-up/on-demand.ts';
import { type Report, SetUpError } from '../set-up/report.mjs';

/** The path of node-llama-cpp's main file. Rejects with `SetUpError` where there is no prebuilt llama.cpp. */
export async function installPracticeEngine(report: Report): Promise<string> {
  const machine = `${process.platform}-${process.arch}`;
  if (machine !== 'linux-x64' || !hasGlibc()) {
    throw new SetUpError(
      `The practice engine is only built for linux-x64 with glibc, and this is ${machine}.`,
    );
  }
  const to = join(folders.practice, 'engine');
  await installOnDemand(
    {
      what: 'The practice engine',
      note: 'the practice engine (llama.cpp, 85 MB)',
      from: join(import.meta.dirname, 'engine'),
      to,
      // Optional packages are llama.cpp for other machines and graphics cards: 640 MB.
      args: ['--omit=optional', '--ignore-scripts'],
    },
    report,
  );
  return join(to, 'node_modules', 'node-llama-cpp', 'dist', 'index.js');
}

function hasGlibc(): boolean {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime !== undefined;
}
