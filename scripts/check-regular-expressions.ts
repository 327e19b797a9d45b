/**
 * Checks that each regular expression of server/, client/ and shared/ takes a time linear in its text, with recheck. Verdicts
 * are kept in scripts/regular-expressions/verdicts.json, so that only new expressions take time; `--all` checks every one.
 * An expression that is not linear is an error unless scripts/regular-expressions/bounded.json names it with the reason why
 * its text is short; a line there that no source needs any more is an error too, so that the list only shrinks.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { check } from 'recheck';
import { findRegularExpressions } from './regular-expressions/find.ts';

const verdictsFile = new URL('./regular-expressions/verdicts.json', import.meta.url);
const boundedFile = new URL('./regular-expressions/bounded.json', import.meta.url);

type Verdict = 'linear' | 'polynomial' | 'exponential';

const readJson = <Value>(file: URL): Record<string, Value> => JSON.parse(readFileSync(file, 'utf8'));

async function verdictOf(pattern: string, flags: string): Promise<Verdict> {
  // `d` only reports positions, and recheck does not know it.
  const result = await check(pattern, flags.replace('d', ''), { timeout: 30_000 });
  if (result.status === 'safe') return 'linear';
  // What cannot be decided in time counts as not linear.
  return result.status === 'vulnerable' && result.complexity.type === 'exponential'
    ? 'exponential'
    : 'polynomial';
}

const expressions = await findRegularExpressions();
const earlier = process.argv.includes('--all') ? {} : readJson<Verdict>(verdictsFile);
const bounded = readJson<string>(boundedFile);
const verdicts: Record<string, Verdict> = {};
const faults: string[] = [];

for (const { pattern, flags, places } of expressions) {
  const name = `/${pattern}/${flags}`;
  const verdict = earlier[name] ?? (await verdictOf(pattern, flags));
  verdicts[name] = verdict;
  if (verdict !== 'linear' && (verdict === 'exponential' || !Object.hasOwn(bounded, name)))
    faults.push(`${places.join(', ')}: ${verdict}: ${name}`);
}
for (const name of Object.keys(bounded))
  if (verdicts[name] !== 'polynomial')
    faults.push(`scripts/regular-expressions/bounded.json names one that is linear or gone: ${name}`);

writeFileSync(verdictsFile, `${JSON.stringify(verdicts, Object.keys(verdicts).sort(), 2)}\n`);
console.log(`${expressions.length} regular expressions, ${faults.length} faults.`);
for (const fault of faults) console.error(fault);
// Explicit: recheck's process would keep this one alive.
process.exit(faults.length > 0 ? 1 : 0);
