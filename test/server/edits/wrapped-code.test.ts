/** Property: whatever a model wraps around the code of a file, the file gets that code. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeSoFar, readCode } from '../../../server/edits/code-answer.ts';
import { offsetsOf } from '../../../server/edits/text-range.ts';
import type { FileContext } from '../../../shared/ask.ts';

type Sample = {
  readonly languageId: string;
  readonly info: string;
  readonly name: string;
  readonly code: string;
};
const sample = (languageId: string, info: string, name: string, ...lines: string[]): Sample => ({
  languageId,
  info,
  name,
  code: lines.join('\n'),
});

const samples: readonly Sample[] = [
  sample(
    'typescript',
    'ts',
    'a.ts',
    "import { b } from './b';",
    '',
    'export function f(x: number): string {',
    '  if (x < 1 && x > 0) {',
    '    return `x`;',
    '  }',
    "  return '<|' + x;",
    '}',
  ),
  sample(
    'typescriptreact',
    'tsx',
    'App.tsx',
    'export const App = () => (',
    '  <main>',
    '    {/* A comment. */}',
    '    <Cart items={[...items, { id: 1 }]} />',
    '    <p>Buy more, it is cheap.</p>',
    '  </main>',
    ');',
  ),
  sample(
    'javascript',
    'js',
    'a.js',
    'const help = `',
    'Use it:',
    '```',
    'shop run',
    '```',
    '`;',
    'module.exports = { help };',
  ),
  sample(
    'python',
    'python',
    'a.py',
    '"""Sums.',
    '',
    'Example:',
    '```',
    'total([1])',
    '```',
    '"""',
    'from typing import Protocol',
    '',
    '',
    'class A(Protocol):',
    '    def f(self) -> int: ...',
    '',
    '    def g(self):',
    "        return 'don\\'t'",
  ),
  sample(
    'go',
    'go',
    'a.go',
    'package shop',
    '',
    'import "fmt"',
    '',
    'func Total(a []int) int {',
    '\tsum := 0',
    '\tfor _, x := range a {',
    '\t\tsum += x',
    '\t}',
    '\tfmt.Println(sum)',
    '\treturn sum',
    '}',
  ),
  sample(
    'rust',
    'rust',
    'a.rs',
    '/// Adds.',
    '///',
    '/// ```',
    '/// assert_eq!(add(1, 2), 3);',
    '/// ```',
    "pub fn add<'a>(x: &'a i32, y: i32) -> i32 {",
    '    x + y',
    '}',
  ),
  sample(
    'yaml',
    'yaml',
    'ci.yml',
    'name: ci',
    'on: [push]',
    'jobs:',
    '  test:',
    '    steps:',
    '      - run: |',
    '          npm ci',
    '          npm test',
    '      - name: Say hello',
    '        run: echo "a: b"',
  ),
  sample(
    'makefile',
    'makefile',
    'Makefile',
    '.PHONY: all',
    '',
    'all: build',
    '\t@echo "done"',
    '',
    'build:',
    '\tgcc -o a a.c',
  ),
  sample(
    'shellscript',
    'bash',
    'run.sh',
    '#!/bin/bash',
    'set -euo pipefail',
    '',
    "cat > README.md <<'EOF'",
    '# Shop',
    '```',
    'npm ci',
    '```',
    'EOF',
    'if [ -f a ]; then',
    '  npm install',
    'fi',
  ),
  sample(
    'markdown',
    'markdown',
    'README.md',
    '# Shop',
    '',
    'Install it:',
    '',
    '```bash',
    'npm ci',
    '```',
    '',
    'And run it:',
    '',
    '```js',
    "require('shop');",
    '```',
    '',
    '- one',
    '- two',
    '',
    'That is all.',
  ),
  sample(
    'markdown',
    'md',
    'GUIDE.md',
    '# Guide',
    '',
    '1. Run',
    '',
    '   ```sh',
    '   npm ci',
    '   ```',
    '',
    '2. Wait',
    '',
    '> A quotation.',
  ),
  sample('json', 'json', 'a.json', '{', '  "name": "shop",', '  "scripts": { "test": "node --test" }', '}'),
  sample(
    'html',
    'html',
    'a.html',
    '<!doctype html>',
    '<p>Hello, this is a sentence.</p>',
    '<s>old</s>',
    '<script>',
    '  const a = 1;',
    '</script>',
  ),
  sample('css', 'css', 'a.css', '/* Colours. */', 'a {', '  color: red;', '}'),
  sample(
    'sql',
    'sql',
    'a.sql',
    '-- All carts.',
    'SELECT *',
    'FROM carts',
    "WHERE name = 'it''s'",
    '  AND total > 1;',
  ),
  sample(
    'dockerfile',
    'dockerfile',
    'Dockerfile',
    'FROM node:24',
    'WORKDIR /app',
    'COPY . .',
    'RUN npm ci && npm run build',
    'CMD ["node", "a.js"]',
  ),
  sample(
    'ruby',
    'ruby',
    'a.rb',
    'class Shop',
    '  def total',
    '    carts.sum { |cart| cart.total }',
    '  end',
    'end',
  ),
  sample(
    'java',
    'java',
    'A.java',
    'class A {',
    '  // Returns the total.',
    '  int total() {',
    '    return "a".length() + \'b\';',
    '  }',
    '}',
  ),
  sample(
    'cpp',
    'cpp',
    'a.cpp',
    '#include <map>',
    'template <typename T>',
    'T f(T a) { return a << 1; }',
    'int main() { return f<int>(1); }',
  ),
  sample('toml', 'toml', 'a.toml', '[package]', 'name = "shop"', 'text = """', 'a', '"""'),
  sample(
    'haskell',
    'haskell',
    'A.hs',
    'module Main where',
    '',
    '-- | Says hello.',
    'main :: IO ()',
    'main = putStrLn "Hello"',
  ),
  sample(
    'vue',
    'vue',
    'A.vue',
    '<script setup lang="ts">',
    'const a = 1;',
    '</script>',
    '',
    '<template>',
    '  <p>{{ a }}</p>',
    '</template>',
  ),
  sample(
    'csharp',
    'csharp',
    'A.cs',
    'namespace Shop;',
    '',
    'public class A',
    '{',
    '    public int Total() => 1;',
    '}',
  ),
  sample(
    'elixir',
    'elixir',
    'a.ex',
    'defmodule Shop do',
    '  @doc """',
    '  Total.',
    '  """',
    '  def total(carts), do: Enum.sum(carts)',
    'end',
  ),
  sample('plaintext', '', 'notes.txt', 'Notes on the shop.', '', 'It opens at nine.', 'It closes at ten.'),
];

type Wrapper = (sample: Sample) => string;
const fenced = ({ code, info }: Sample, marks = '```', word = info): string =>
  `${marks}${word}\n${code}\n${marks}`;
const holdsFence = ({ code }: Sample): boolean => /^\s*(?:```|~~~)/m.test(code);
const indented = (text: string, by: string): string => text.replace(/^(?=.)/gm, by);

const wrappers: Readonly<Record<string, Wrapper>> = {
  'a fence': (each) => fenced(each),
  'a fence in capitals': (each) => fenced(each, '```', each.info.toUpperCase()),
  'a fence of tildes': (each) => fenced(each, '~~~'),
  'a longer fence': (each) => fenced(each, '``````'),
  'a fence with the file name': (each) => fenced(each, '```', `${each.info} title="${each.name}"`),
  'a fence with its path': (each) => fenced(each, '```', `${each.info}:src/${each.name}`),
  CRLF: (each) => fenced(each).replaceAll('\n', '\r\n'),
  'white space around': (each) => `\n\n  \n${fenced(each)}\n\n\n`,
  'prose before': (each) => `Sure! Here is the updated file:\n\n${fenced(each)}`,
  'prose after': (each) => `${fenced(each)}\n\nI changed the second line. Tell me if you want more.`,
  'prose and a list around': (each) =>
    `## Changes\n\n- one\n- two\n\n${fenced(each)}\n\n**Notes**\n\n1. Nothing else changed.\n2. It's tested.`,
  'Spanish prose': (each) => `¡Claro! Aquí está el archivo:\n\n${fenced(each)}\n\nEspero que te sirva.`,
  'a heading with the name': (each) => `### \`${each.name}\`\n\n${fenced(each)}`,
  'a command first': (each) =>
    `Install it:\n\n\`\`\`console\n$ npm install shop\n\`\`\`\n\nThen:\n\n${fenced(each)}`,
  'its output after': (each) => `${fenced(each)}\n\nOutput:\n\n\`\`\`output\nok\n\`\`\``,
  'a list': (each) => `1. Replace the file:\n\n${indented(fenced(each), '   ')}`,
  'a quotation': (each) => fenced(each).replace(/^/gm, '> '),
  reasoning: (each) => `<think>\nWhat to do? A draft:\n\`\`\`\nx\n\`\`\`\n</think>\n\n${fenced(each)}`,
  'no closing fence': (each) => fenced(each).slice(0, -4),
};

const fileOf = ({ languageId, name, code }: Sample, newline: string, last: string): FileContext => {
  const [first = '', ...rest] = code.split('\n');
  return { uri: `file:///shop/src/${name}`, languageId, text: ['old', first, ...rest].join(newline) + last };
};

for (const [name, wrap] of Object.entries(wrappers))
  test(`code in ${name}`, () => {
    for (const each of samples) {
      // These cannot be distinguished from blocks of the answer.
      if (name === 'a list' && each.languageId === 'markdown') continue;
      if (name === 'no closing fence' && holdsFence(each) && each.languageId !== 'markdown') continue;
      for (const [newline, last] of [
        ['\n', '\n'],
        ['\r\n', '\r\n'],
        ['\n', ''],
      ] as const) {
        const file = fileOf(each, newline, last);
        const answer = wrap(each);
        const reading = readCode(answer, { file });
        assert.ok('code' in reading, `${each.name}: ${JSON.stringify(reading)}\n${answer}`);
        const wanted = each.code.replaceAll('\n', newline) + last;
        assert.equal(reading.code.text, wanted, `${each.name}\n${answer}`);
        const { start, end } = offsetsOf(file.text, reading.code.range as never);
        assert.deepEqual([start, end], [0, file.text.length]);
      }
    }
  });

test('the code is read without a fence, too', () => {
  for (const each of samples) {
    if (holdsFence(each)) continue;
    const reading = readCode(`\n${each.code}\n`, { file: fileOf(each, '\n', '\n') });
    assert.ok('code' in reading, each.name);
    assert.equal(reading.code.text, `${each.code}\n`, each.name);
  }
});

test('a preview never fails, and ends with the code', () => {
  for (const each of samples)
    for (const wrap of Object.values(wrappers)) {
      const answer = wrap(each);
      const file = fileOf(each, '\n', '\n');
      for (let length = 0; length < answer.length; length += 5) codeSoFar(answer.slice(0, length), file);
    }
});

test('reading takes time in proportion to the answer', () => {
  const before = process.cpuUsage();
  for (const answer of [
    `\`\`\`ts\n${'`'.repeat(100_000)}`,
    '```\n'.repeat(5_000),
    '> '.repeat(20_000),
    `<think>${'<'.repeat(50_000)}`,
    '{ ... '.repeat(20_000),
    'a '.repeat(100_000),
    '/* ... '.repeat(20_000),
    `${'- '.repeat(20_000)}\`\`\``,
    `A${' a'.repeat(50_000)}`,
    `// ${'rest of '.repeat(10_000)}`,
    '<<<<<<< SEARCH\n'.repeat(3_000),
    '@@ -1 +1 @@\n-a\n+b\n'.repeat(2_000),
  ])
    readCode(answer, { file: { uri: 'file:///a.ts', languageId: 'typescript', text: 'a\n'.repeat(200) } });
  // Of the processor: the machine may be busy.
  const ms = process.cpuUsage(before).user / 1_000;
  assert.ok(ms < 3_000, `${ms} ms`);
});
