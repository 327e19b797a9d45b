/** Property: code that a model leaves out is put back as it was, or the answer is no code; never anything else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCode } from '../../../server/edits/code-answer.ts';

type Language = {
  readonly languageId: string;
  readonly comment: (words: string) => string;
  readonly head: readonly string[];
  readonly tail: readonly string[];
  /** One block of the file; `value` is in its body. */
  block(index: number, value: string): readonly string[];
  readonly separator: readonly string[];
};

const languages: readonly Language[] = [
  {
    languageId: 'typescript',
    comment: (words) => `// ${words}`,
    head: ["import { a } from './a';", ''],
    tail: [],
    block: (index, value) => [
      `export function f${index}(x: number) {`,
      '  if (x) {',
      `    return ${value};`,
      '  }',
      '  return 0;',
      '}',
    ],
    separator: [''],
  },
  {
    languageId: 'java',
    comment: (words) => `    // ${words}`,
    head: ['package shop;', '', 'class Shop {'],
    tail: ['}'],
    block: (index, value) => [
      `    int f${index}(int x) {`,
      `        int y = ${value};`,
      '        return y;',
      '    }',
    ],
    separator: [''],
  },
  {
    languageId: 'python',
    comment: (words) => `# ${words}`,
    head: ['import os', '', ''],
    tail: [],
    block: (index, value) => [`def f${index}(x):`, '    if x:', `        return ${value}`, '    return 0'],
    separator: ['', ''],
  },
  {
    languageId: 'python',
    comment: (words) => `    # ${words}`,
    head: ['import os', '', '', 'class Shop:'],
    tail: [],
    block: (index, value) => [`    def f${index}(self):`, `        y = ${value}`, '        return y'],
    separator: [''],
  },
  {
    languageId: 'css',
    comment: (words) => `/* ${words} */`,
    head: [],
    tail: [],
    block: (index, value) => [`.f${index} {`, `  width: ${value};`, '  color: red;', '}'],
    separator: [''],
  },
  {
    languageId: 'yaml',
    comment: (words) => `# ${words}`,
    head: ['name: shop', 'jobs:'],
    tail: ['version: 1'],
    block: (index, value) => [`  f${index}:`, `    width: ${value}`, '    color: red'],
    separator: [],
  },
  {
    languageId: 'go',
    comment: (words) => `// ${words}`,
    head: ['package shop', ''],
    tail: [],
    block: (index, value) => [`func F${index}(x int) int {`, `\ty := ${value}`, '\treturn y', '}'],
    separator: [''],
  },
  {
    languageId: 'ruby',
    comment: (words) => `  # ${words}`,
    head: ['class Shop'],
    tail: ['end'],
    block: (index, value) => [`  def f${index}`, `    y = ${value}`, '    y', '  end'],
    separator: [''],
  },
];

const count = 7;
/** Empty lines between changed blocks are the model's. */
const compact = (text: string): string => text.replace(/\n+/g, '\n');
const words = [
  '... existing code ...',
  '... rest unchanged ...',
  '...',
  '(rest of the code remains the same)',
  'existing code unchanged',
];

const join = ({ separator }: Language, blocks: readonly (readonly string[])[]): string[] =>
  blocks.flatMap((block, at) => (at === 0 ? [...block] : [...separator, ...block]));

function fileWith(language: Language, values: (index: number) => string): string {
  const blocks = Array.from({ length: count }, (_, index) => language.block(index, values(index)));
  return `${[...language.head, ...join(language, blocks), ...language.tail].join('\n')}\n`;
}

test('parts of a file without a word about the others give the changed file, or none', () => {
  let given = 0;
  for (const language of languages)
    for (const changed of [[0], [3], [count - 1], [0, 1], [2, 3], [0, 6], [1, 4]]) {
      const text = fileWith(language, String);
      const wanted = fileWith(language, (index) => (changed.includes(index) ? '100' : String(index)));
      const parts = changed.map((index) => language.block(index, '100').join('\n'));
      for (const answer of [
        `\`\`\`\n${parts.join(`\n${language.separator.join('\n')}\n`)}\n\`\`\``,
        parts.map((part) => `\`\`\`\n${part}\n\`\`\``).join('\n\nand\n\n'),
      ]) {
        const file = { uri: 'file:///a.x', languageId: language.languageId, text };
        const reading = readCode(answer, { file, prompt: 'change it' });
        if (!('code' in reading)) {
          assert.match(reading.issue.kind, /^(?:fragment|several-blocks)$/);
          continue;
        }
        given += 1;
        assert.equal(compact(reading.code.text), compact(wanted), `${language.languageId}\n${answer}`);
      }
    }
  assert.ok(given > 40, String(given));
});

/** Ways to answer with the changed blocks and without others. */
function lazyAnswers(language: Language, changed: ReadonlySet<number>, omission: string): string[] {
  const { head, tail, separator } = language;
  const place = language.comment(omission);
  const block = (index: number) => language.block(index, changed.has(index) ? '100' : String(index));
  const shown: (readonly string[])[] = [];
  for (let index = 0; index < count; index++) {
    if (changed.has(index)) shown.push(block(index));
    else if (shown.at(-1)?.[0] !== place) shown.push([place]);
  }
  const tight = shown.flat();
  const indent = ' '.repeat(8);
  const hollow = Array.from({ length: count }, (_, index) => {
    const lines = block(index);
    return changed.has(index)
      ? lines
      : [
          lines[0] ?? '',
          indent + place.trim(),
          ...(/^\s*(?:\}|end)/.test(lines.at(-1) ?? '') ? [lines.at(-1) ?? ''] : []),
        ];
  });
  return [
    [...head, ...join(language, shown), ...tail],
    [...head, ...tight, ...tail],
    join(language, shown),
    [
      ...head.slice(0, 1),
      place,
      ...join(
        language,
        shown.filter(([line]) => line !== place),
      ),
      place,
    ],
    [...head, ...join(language, hollow), ...tail],
    [...join(language, shown), ...separator, place],
    [place, ...join(language, shown), ...tail],
  ].map((lines) => lines.join('\n'));
}

test('an answer with code left out gives the changed file, or none', () => {
  let [given, all] = [0, 0];
  for (const language of languages)
    for (const omission of words)
      for (const changed of [[0], [3], [count - 1], [1, 4], [2, 3], [0, 6]]) {
        const set = new Set(changed);
        const text = fileWith(language, String);
        const wanted = fileWith(language, (index) => (set.has(index) ? '100' : String(index)));
        for (const [style, code] of lazyAnswers(language, set, omission).entries()) {
          const file = { uri: 'file:///a.x', languageId: language.languageId, text };
          const reading = readCode(`\`\`\`\n${code}\n\`\`\``, { file, prompt: 'change it' });
          all += 1;
          if (!('code' in reading)) {
            assert.match(reading.issue.kind, /^(?:left-out|fragment)$/);
            continue;
          }
          given += 1;
          assert.equal(
            compact(reading.code.text),
            compact(wanted),
            `${language.languageId}, style ${style}\n${code}`,
          );
        }
      }
  assert.ok(given > all / 2, `${given} of ${all}`);
});
