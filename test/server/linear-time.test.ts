/**
 * What reads foreign text takes a time that grows with the text and no faster: CPU for 1 MB beside 250 KB, for texts that
 * repeat what the syntaxes begin with. The texts are harmless in themselves; the limits are far from what noise adds.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCode } from '../../server/edits/code-answer.ts';
import { fitCode } from '../../server/edits/fit-code.ts';
import { codeBlocks } from '../../server/edits/markdown-blocks.ts';
import { parseDiff } from '../../server/edits/unified-diff.ts';
import { unwrapAnswer } from '../../server/edits/unwrap-answer.ts';
import { findImports } from '../../server/inline-completion/context/imports.ts';
import { removeSecretLines } from '../../server/inline-completion/context/secrets.ts';
import { extractSignatures } from '../../server/inline-completion/context/signatures.ts';
import { repetitionPrefill } from '../../server/orchestration/continuation.ts';
import { redactKeys } from '../../server/platform/redact-keys.ts';
import { serverSentEvents } from '../../server/platform/server-sent-events.ts';
import { parseMarkdown } from '../../server/registry/markdown.ts';
import { fileMatcher } from '../../server/routing/privacy.ts';
import { parseErrorText } from '../../server/wire/error-body.ts';
import { isInsideCode } from '../../server/wire/inside-code.ts';
import { parseLenientObject } from '../../server/wire/lenient-json.ts';
import { parseWaitMs } from '../../server/wire/parse-duration.ts';
import { readArguments } from '../../server/wire/tool-arguments.ts';

const readers: Readonly<Record<string, (text: string) => unknown>> = {
  readCode: (text) => readCode(text),
  fitCode: (text) => fitCode(text, 'a\n', { start: 0, end: 2 }, 'typescript'),
  codeBlocks: (text) => codeBlocks(text),
  parseDiff: (text) => parseDiff(text),
  unwrapAnswer: (text) => unwrapAnswer(text),
  findImports: (text) => findImports(text, 'typescript', '/a/b.ts'),
  removeSecretLines: (text) => removeSecretLines(text),
  extractSignatures: (text) => extractSignatures(text, 'typescript', []),
  repetitionPrefill: (text) => repetitionPrefill(text),
  redactKeys: (text) => redactKeys(text),
  serverSentEvents: (text) => serverSentEvents().push(`data: ${text}\n\n`),
  parseMarkdown: (text) => parseMarkdown(text),
  fileMatcher: (text) => fileMatcher(['**/a*b*c/**', '*.{x,y}'])(text),
  parseErrorText: (text) => parseErrorText(text),
  isInsideCode: (text) => isInsideCode(text),
  parseLenientObject: (text) => parseLenientObject(`{${text}`),
  parseWaitMs: (text) => parseWaitMs(text),
  readArguments: (text) => readArguments(`{"a":"${text}`, 5),
};
const units = [
  ' ',
  '\n',
  '\t\n',
  '`',
  '```\n',
  '"\\',
  '(',
  '[',
  '<a',
  '/',
  'a.',
  '# ',
  '1',
  '- [x](',
  'const a\n',
];

const cpuMs = (work: () => void): number => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

for (const [name, read] of Object.entries(readers)) {
  test(`${name} takes a time linear in its text`, () => {
    for (const unit of units) {
      const textOf = (sizeBytes: number) => unit.repeat(sizeBytes / unit.length);
      // The smaller text first: quadratic work already shows in a fraction of the large one.
      const small = textOf(250_000);
      const large = textOf(1_000_000);
      let best = Number.POSITIVE_INFINITY;
      for (let tries = 0; tries < 4 && best > 8; tries += 1) {
        const [one, four] = [cpuMs(() => read(small)), cpuMs(() => read(large))];
        best = Math.min(best, four < 60 ? 1 : four / Math.max(one, 1));
      }
      assert.ok(
        best <= 8,
        `${JSON.stringify(unit)}: ${best.toFixed(1)} times as long for four times the text`,
      );
    }
  });
}
