/**
 * Classifies prompts: `npm run classify -- prompts.jsonl` reads lines of `{id, text}` and writes lines of
 * `{id, label, confidence, difficulty}` to stdout, in the same order. `label` is the best guess, also when Rumbo itself
 * would abstain; `abstained` reports that.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { classify } from '../server/routing/classifier/classify.ts';
import { taskTypes } from '../shared/tasks.ts';

const line = z.object({ id: z.union([z.string(), z.number()]), text: z.string() });

const [file] = process.argv.slice(2);
if (!file) {
  process.stderr.write('Usage: npm run classify -- prompts.jsonl\n');
  process.exit(1);
}
let count = 0;
for await (const written of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
  count++;
  if (written.trim() === '') continue;
  const { id, text } = readLine(written);
  const { probabilities, confidence, difficulty, abstained } = classify(text);
  const label = taskTypes.reduce((best, task) => (probabilities[task] > probabilities[best] ? task : best));
  process.stdout.write(
    `${JSON.stringify({ id, label, confidence: rounded(confidence), difficulty: rounded(difficulty), abstained })}\n`,
  );
}

function readLine(written: string): z.infer<typeof line> {
  try {
    return line.parse(JSON.parse(written));
  } catch {
    process.stderr.write(`${file}:${count} is not {"id": …, "text": …}.\n`);
    process.exit(1);
  }
}

/** Enough digits that rounding alone makes no tie. */
function rounded(value: number): number {
  return Number(value.toFixed(6));
}
