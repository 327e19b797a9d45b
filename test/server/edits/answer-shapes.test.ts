/** What models answer to a coder's request, and what becomes of it: files, selections, and text that is no code. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCode } from '../../../server/edits/code-answer.ts';
import { offsetsOf } from '../../../server/edits/text-range.ts';
import type { FileContext } from '../../../shared/ask.ts';

type Selection = readonly [startLine: number, startColumn: number, endLine: number, endColumn: number];

const fileOf = (languageId: string, text: string, selection?: Selection, name = 'cart.x'): FileContext => ({
  uri: `file:///shop/src/${name}`,
  languageId,
  text,
  ...(selection
    ? {
        selection: {
          start: { line: selection[0], character: selection[1] },
          end: { line: selection[2], character: selection[3] },
        },
      }
    : {}),
});

/** The file once the code of the answer is accepted, or the kind of the issue. */
function after(answer: string, file: FileContext, prompt = 'change it'): string {
  const reading = readCode(answer, { file, prompt });
  if (!('code' in reading)) return `no code: ${reading.issue.kind}`;
  const { text, range } = reading.code;
  assert.ok(range);
  const { start, end } = offsetsOf(file.text, range);
  return file.text.slice(0, start) + text + file.text.slice(end);
}

const fence = (code: string, info = 'ts', marks = '```') => `${marks}${info}\n${code}\n${marks}`;
const numbered = (count: number, line: (index: number) => string) =>
  `${Array.from({ length: count }, (_, index) => line(index)).join('\n')}\n`;

const shop = `import { Cart } from './cart';

export class Shop {
  private carts: Cart[] = [];

  add(cart: Cart) {
    this.carts.push(cart);
  }

  total() {
    let sum = 0;
    for (const cart of this.carts) {
      sum += cart.total;
    }
    return sum;
  }

  clear() {
    this.carts = [];
  }
}
`;
const shopFile = fileOf('typescript', shop, undefined, 'shop.ts');
const newTotal = `  total() {
    return this.carts.reduce((sum, cart) => sum + cart.total, 0);
  }`;
const shopWithNewTotal = shop.replace(/ {2}total\(\) \{[\s\S]*?\n {2}\}/, newTotal);

test('prose around the code, in any amount', () => {
  const code = 'const a = 2;\nconst b = 3;';
  const file = fileOf('typescript', 'const a = 1;\nconst b = 2;\n');
  for (const answer of [
    fence(code),
    `Sure! Here is the updated file:\n\n${fence(code)}\n\nI changed both values.`,
    `${fence(code)}\n\n**Changes:**\n- a is 2\n- b is 3\n\nLet me know if you need more!`,
    `# Solution\n\n> Note: untested\n\n${fence(code, 'typescript')}`,
    `Install first:\n\n${fence('npm install left-pad', 'bash')}\n\nThen:\n\n${fence(code)}`,
    `${fence(code)}\n\nRun it:\n\n${fence('node cart.js', 'sh')}\n\nOutput:\n\n${fence('2 3', 'text')}`,
    `${fence(code)}\n\nUsage:\n\n${fence("import { a } from './cart';\nconsole.log(a);\n// prints the value of a, which is 2\n// and nothing else")}`,
    `1. Open the file.\n2. Replace it:\n\n   \`\`\`ts\n   const a = 2;\n   const b = 3;\n   \`\`\`\n\n3. Save.`,
    `- like this:\n\n\t\`\`\`ts\n\tconst a = 2;\n\tconst b = 3;\n\t\`\`\``,
    `> \`\`\`ts\n> const a = 2;\n> const b = 3;\n> \`\`\``,
    fence(code, 'ts', '~~~'),
    fence(code, 'ts', '`````'),
    fence(code, ''),
    fence(code, 'ts title="src/cart.x"'),
    fence(code, 'typescript:src/cart.x'),
    `\`\`\`ts\n${code}`,
    `\`\`\`ts\n${code}\`\`\``,
    `<think>\nI change both.\n${fence('const draft = 1;\nconst longer = 2;\nconst muchLonger = 3;')}\n</think>\n${fence(code)}`,
    fence(code).replaceAll('\n', '\r\n'),
    `${code}\n`,
    `Here is the code:\n${code}\nThis sets both values to new ones.`,
    `\ufeff${fence(code)}`,
    `Here is the code:\n\n${code}\n\nIt sets both values to new ones.`,
    JSON.stringify({ code }),
    `<code>\n${code}\n</code>`,
    `<file path="src/cart.x">\n${code}\n</file>`,
    `<write_to_file>\n<path>src/cart.x</path>\n<content>\n${code}\n</content>\n</write_to_file>`,
    `typescript\n${code}`,
    `src/cart.x\n\n${code}`,
    `The file cart.x:\n${fence('const a = 1;\nconst b = 2;\n')}\n\n${fence(code)}`,
    `Before:\n\n${fence('const a = 1;\nconst b = 2;')}\n\nAfter:\n\n${fence(code)}`,
    `${fence('const a = 1;\nconst b = 2;')}\n\n${fence(code)}`,
    `Change this:\n${fence('const a = 1;')}\nto this:\n${fence(code)}`,
  ])
    assert.equal(after(answer, file), 'const a = 2;\nconst b = 3;\n', answer);
});

test('fences within the code', () => {
  const readme = '# Shop\n\nRun:\n\n```bash\nnpm ci\n```\n\nThen:\n\n```js\nshop();\n```\n\nDone.';
  const markdown = fileOf('markdown', '# Shop\n\nold\n', undefined, 'README.md');
  for (const marks of ['```', '````', '~~~'])
    for (const info of ['markdown', 'md', ''])
      assert.equal(after(fence(readme, info, marks), markdown), `${readme}\n`, `${marks}${info}`);
  assert.equal(after(`Here:\n\n${fence(readme, 'markdown')}\n\nI added the steps.`, markdown), `${readme}\n`);
  assert.equal(
    after(`${fence(readme, 'markdown').slice(0, -4)}`, markdown),
    `${readme}\n`,
    'no closing fence',
  );
  const plain = '# Shop\n\nRun:\n\n```\nnpm ci\n```\n\nThen:\n\n```\nnpm start\n```\n\nDone.';
  assert.equal(after(fence(plain, 'markdown'), markdown), `${plain}\n`, 'fences without a language');
  const endsWithBlock = '# Shop\n\n```bash\nnpm ci\n```';
  assert.equal(after(fence(endsWithBlock, 'markdown'), markdown), `${endsWithBlock}\n`);
  const list = '1. Run\n\n   ```sh\n   npm ci\n   ```\n\n2. Done';
  assert.equal(after(fence(list, 'markdown'), markdown), `${list}\n`);
  const mixed = '# A\n\n~~~js\na\n~~~\n\n```\nb\n```\n';
  assert.equal(after(fence(mixed, 'md'), markdown), `${mixed}`);

  const strings: [languageId: string, info: string, code: string][] = [
    ['typescript', 'ts', 'const help = `\nUse:\n```\nshop run\n```\n`;\nconst a = 2;'],
    ['python', 'python', 'HELP = """\nUse:\n```\nshop run\n```\n"""\n\n\ndef run():\n    pass'],
    ['python', 'py', "HELP = '''\n```sh\nshop run\n```\n'''\nA = 1"],
    ['shellscript', 'bash', 'cat > README.md <<EOF\n# Shop\n```\nnpm ci\n```\nEOF\necho done'],
    ['shellscript', 'sh', "cat <<-'END'\n```js\nx\n```\nEND\necho"],
    ['ruby', 'ruby', 'TEXT = <<~MD\n```\nx\n```\nMD\nputs TEXT'],
    ['java', 'java', 'class A {\n  String s = """\n```\nx\n```\n""";\n}'],
    ['csharp', 'cs', '/*\n```\nx\n```\n*/\nclass A {}'],
    ['go', 'go', '/*\nUse it:\n\n```\nshop\n```\n*/\npackage shop'],
    ['elixir', 'elixir', '@doc """\n```\nx\n```\n"""\ndef a, do: 1'],
    ['html', 'html', '<!--\n```\nx\n```\n-->\n<p>a</p>'],
  ];
  for (const [languageId, info, code] of strings)
    assert.equal(after(fence(code, info), fileOf(languageId, 'old\n')), `${code}\n`, languageId);
  const docs = '/// Adds.\n///\n/// ```\n/// add(1, 2);\n/// ```\nfn add() {}';
  assert.equal(after(fence(docs, 'rust'), fileOf('rust', 'old\n')), `${docs}\n`);
  const yaml = 'run: |\n  ```\n  x\n  ```\nname: a';
  assert.equal(after(fence(yaml, 'yaml'), fileOf('yaml', 'old\n')), `${yaml}\n`);
});

test('a document without a fence around it, and blocks that are parts of one', () => {
  const markdown = fileOf('markdown', '# Shop\n\nold\n', undefined, 'README.md');
  const readme = '# Shop\n\nInstall:\n\n```bash\nnpm ci\n```\n\nDone.';
  assert.equal(after(`${readme}\n`, markdown), `${readme}\n`);
  const text = '# Shop\n\n```bash\nnpm i\n```\n';
  const block = fileOf('markdown', text, [2, 0, 4, 3], 'README.md');
  assert.equal(after('```bash\nnpm ci\n```', block), text.replace('npm i', 'npm ci'));
  assert.equal(after('```markdown\n```bash\nnpm ci\n```\n```', block), text.replace('npm i', 'npm ci'));
  const list = '1. Step\n\n   ```bash\n   npm ci\n   ```\n\n2. Next';
  assert.equal(after(list, markdown), `${list}\n`);
  const command = fileOf('markdown', text, [3, 0, 3, 5], 'README.md');
  assert.equal(after('```bash\nnpm ci\n```', command), text.replace('npm i', 'npm ci'));
});

test('questions and refusals are no code', () => {
  for (const answer of [
    'Could you tell me which function you mean?',
    "I'm sorry, but I can't help with that.",
    'I cannot see the rest of the class. Please share it.',
    'Which of the two do you want me to change? The first one adds, the second one removes.',
    '¿Qué función quieres cambiar?',
    'Lo siento, no puedo cambiar este archivo sin más contexto.',
    'There are no changes needed: the code already does that.',
    'Unfortunately the file is incomplete.\n\nCould you send the whole file?',
    'As an AI, I have no access to your files.',
    'Sure!',
    'Run this first:\n\n```bash\nnpm install\n```\n\nand tell me what it prints.',
    'The function adds two numbers and returns the sum.',
    'Es tut mir leid, aber ich kann diese Datei nicht ändern.',
    'Pouvez-vous préciser quelle fonction modifier ?',
    '抱歉，我无法在没有更多上下文的情况下修改此文件。',
    '```\nCould you tell me what to change?\n```',
    '```text\nI need more information to make this change.\n```',
  ])
    assert.equal(after(answer, fileOf('typescript', 'const a = 1;\n')), 'no code: no-code', answer);
});

test('bare code of many languages is code', () => {
  const codes: [string, string][] = [
    ['typescript', 'const a = 2;'],
    ['typescript', 'return 2'],
    ['python', 'x = 1'],
    ['python', 'def f():\n    return 1'],
    ['python', '"""Sums of carts."""\n\nimport os\n'],
    ['python', '# The total of a cart is computed here.\ntotal = 1'],
    ['yaml', 'name: shop\non: push'],
    ['sql', 'SELECT a FROM b WHERE c = 1'],
    ['makefile', 'all:\n\techo done'],
    ['go', '// Package shop sells things.\npackage shop'],
    ['css', 'a { color: red }'],
    ['plaintext', 'A sentence of words that ends here.'],
    ['markdown', '# Title\n\nSome text that is prose.'],
    ['html', '<p>Hello</p>'],
    ['typescript', 'x'],
    ['lua', 'end'],
    ['haskell', 'main = putStrLn "Hello"'],
    ['dockerfile', 'FROM node:24\nRUN npm ci'],
    ['ini', 'Name=The shop of the town'],
    ['plaintext', 'I need milk.'],
    ['markdown', 'Could you see the sea? Yes.'],
  ];
  for (const [languageId, code] of codes)
    assert.equal(after(code, fileOf(languageId, 'old')), code.trimEnd(), code);
});

test('line ends, byte order marks and the last line end are those of the file', () => {
  const answer = fence('a\nb');
  const cases: [text: string, wanted: string][] = [
    ['x\n', 'a\nb\n'],
    ['x', 'a\nb'],
    ['x\r\ny\r\n', 'a\r\nb\r\n'],
    ['x\ry\r', 'a\rb\r'],
    ['\ufeffx\n', '\ufeffa\nb\n'],
    ['\ufeffx\r\n', '\ufeffa\r\nb\r\n'],
    ['x\ny\r\nz\n', 'a\nb\n'],
    ['x\r\ny\nz\r\n', 'a\r\nb\r\n'],
  ];
  for (const [text, wanted] of cases)
    for (const each of [answer, answer.replaceAll('\n', '\r\n'), answer.replace('a', '\ufeffa')])
      assert.equal(after(each, fileOf('plain', text)), wanted, JSON.stringify(text));
  // A line that stays keeps its own line end.
  assert.equal(after(fence('a\nkept\nc'), fileOf('plain', 'x\nkept\r\nz\n')), 'a\nkept\r\nc\n');
  assert.equal(after('```ts\na\n\n```', fileOf('plain', 'x')), 'a', 'no line end is added');
  assert.equal(after('```ts\na\n\n```', fileOf('plain', 'x\n')), 'a\n');
});

test('a selection gets the indentation of its place, however the model counts', () => {
  const text = 'class A {\n    go() {\n        return 1;\n    }\n}\n';
  const wanted = 'class A {\n    go() {\n        return 2;\n    }\n}\n';
  const answers = [
    'go() {\n    return 2;\n}',
    'go() {\n        return 2;\n    }',
    '    go() {\n        return 2;\n    }',
    'class A {\n    go() {\n        return 2;\n    }\n}',
    '⟦go() {\n        return 2;\n    }⟧',
    'class A {\n    ⟦go() {\n        return 2;\n    }⟧\n}',
    '\n    go() {\n        return 2;\n    }\n',
  ];
  for (const answer of answers) {
    assert.equal(after(fence(answer), fileOf('typescript', text, [1, 4, 3, 5])), wanted, answer);
    assert.equal(
      after(fence(answer), fileOf('typescript', text, [1, 0, 3, 5])),
      wanted,
      `from column 0: ${answer}`,
    );
  }
  for (const answer of answers)
    assert.equal(
      after(fence(answer), fileOf('typescript', text, [1, 0, 4, 0])),
      wanted,
      `whole lines: ${answer}`,
    );

  const python = 'class A:\n    def go(self):\n        return 1\n\n    def stop(self):\n        pass\n';
  const right = python.replace('return 1', 'return 2');
  for (const answer of [
    'def go(self):\n    return 2',
    'def go(self):\n        return 2',
    '    def go(self):\n        return 2',
  ])
    assert.equal(after(fence(answer, 'python'), fileOf('python', python, [1, 4, 2, 16])), right, answer);

  const tabs = 'func a() {\n\tif x {\n\t\treturn 1\n\t}\n}\n';
  for (const answer of ['if x {\n\treturn 2\n}', 'if x {\n    return 2\n}', '\tif x {\n\t\treturn 2\n\t}'])
    assert.equal(
      after(fence(answer, 'go'), fileOf('go', tabs, [1, 1, 3, 2])),
      tabs.replace('return 1', 'return 2'),
      answer,
    );
  // What is within a string is no indentation.
  const string = 'function f() {\n    const s = 1;\n}\n';
  for (const answer of ['if (a) {\n  s = `\nx\n  y\n`;\n}'])
    assert.equal(
      after(fence(answer), fileOf('typescript', string, [1, 4, 1, 16])),
      'function f() {\n    if (a) {\n      s = `\nx\n  y\n`;\n    }\n}\n',
    );
  // The user asked for another indentation.
  assert.equal(after(fence('go()'), fileOf('typescript', '    go()\n', [0, 0, 0, 8])), 'go()\n');
});

test('code that is left out of a selection is put back with the indentation of its place', () => {
  const text = 'class A {\n    go() {\n        a();\n        b();\n        c();\n    }\n}\n';
  for (const answer of [
    'go() {\n    a(1);\n    // ... rest unchanged\n}',
    '    go() {\n        a(1);\n        // ... rest unchanged\n    }',
  ])
    assert.equal(
      after(fence(answer), fileOf('typescript', text, [1, 4, 5, 5])),
      text.replace('a()', 'a(1)'),
      answer,
    );
});

test('a part of a line is replaced alone', () => {
  const file = fileOf('typescript', 'const total = 1;\nnext();\n', [0, 14, 0, 15]);
  for (const answer of ['2', '2;', 'const total = 2;', 'const total = ⟦2⟧;', '`2`'])
    assert.equal(
      after(answer.startsWith('`') ? answer : fence(answer), file),
      'const total = 2;\nnext();\n',
      answer,
    );
});

test('a name is replaced alone, although the model answers with its line', () => {
  const file = fileOf('typescript', 'const total = price * 2;\n', [0, 6, 0, 11]);
  for (const answer of ['sum', 'const sum = price * 2;', 'const ⟦sum⟧ = price * 2;'])
    assert.equal(after(fence(answer), file), 'const sum = price * 2;\n', answer);
});

test('a selection that is answered with the whole file, changed in other places, too', () => {
  const text = 'class A {\n  go() {\n    return 1;\n  }\n\n  stop() {\n    return 0;\n  }\n}\n';
  const whole = `import x from 'x';\n\n${text.replace('return 1', 'return x')}`;
  assert.equal(after(fence(whole.trimEnd()), fileOf('typescript', text, [1, 2, 3, 3])), whole);
});

test('an insertion repeats nothing of what is around it', () => {
  const text = 'function f() {\n  a();\n  \n  b();\n}\n';
  const wanted = 'function f() {\n  a();\n  c();\n  b();\n}\n';
  for (const answer of [
    'c();',
    '  c();',
    'a();\n  c();\n  b();',
    text.replace('  \n', '  c();\n').trimEnd(),
    '⟦⟧c();',
    'c();⟦⟧',
    '⟦c();⟧',
  ])
    assert.equal(after(fence(answer), fileOf('typescript', text, [2, 2, 2, 2])), wanted, answer);
});

test('makefiles have tabs before their recipes', () => {
  const file = fileOf('makefile', 'all:\n\techo 1\n', undefined, 'Makefile');
  assert.equal(after(fence('all:\n    echo 2\n\nX = 1\n', 'makefile'), file), 'all:\n\techo 2\n\nX = 1\n');
});

test('code that is left out is put back where its place is certain', () => {
  for (const rest of [
    '// ... rest of the file stays the same ...',
    '// ... existing code ...',
    '// rest unchanged',
    '// (rest of the class remains the same)',
    '/* ... */',
    '// ...',
    '// … resto del código sin cambios',
    '// [previous code unchanged]',
    '...',
  ]) {
    const answer = `import { Cart } from './cart';\n\n${rest}\n\n${newTotal}\n\n  ${rest}\n`;
    assert.equal(after(fence(answer), shopFile), shopWithNewTotal, rest);
  }
  const inner = `import { Cart } from './cart';

export class Shop {
  // ... existing code ...

${newTotal}

  clear() {
    this.carts = [];
  }
}`;
  assert.equal(after(fence(inner), shopFile), shopWithNewTotal);
  const added = `export class Shop {
  // ... existing methods ...

  size() {
    return this.carts.length;
  }
}`;
  const withSize = after(fence(`import { Cart } from './cart';\n\n${added}`), shopFile);
  assert.match(
    withSize,
    /clear\(\) \{\n {4}this\.carts = \[\];\n {2}\}\n(?:\n)? {2}size\(\) \{\n {4}return this\.carts\.length;\n {2}\}\n\}\n$/,
  );
  const python =
    'import os\n\n\ndef a():\n    return 1\n\n\ndef b():\n    return 2\n\n\ndef c():\n    return 3\n';
  assert.equal(
    after(
      fence(
        'import os\n\n# ... existing code ...\n\ndef b():\n    x = 2\n    return x\n\n# ... rest unchanged ...',
        'python',
      ),
      fileOf('python', python),
    ),
    python.replace('    return 2', '    x = 2\n    return x'),
  );
  assert.equal(
    after(
      fence('import os\n# ... existing code ...\n\n\ndef d():\n    return 4', 'python'),
      fileOf('python', python),
    ),
    `${python}\n\ndef d():\n    return 4\n`.replace('\n\n\n\n', '\n\n'),
  );
});

test('a line that changes is found by what it declares', () => {
  const text = numbered(40, (index) => `export const v${index} = ${index};`);
  const constants = fileOf('typescript', text);
  const changed = (...indices: number[]) =>
    indices.reduce((all, index) => all.replace(`v${index} = ${index};`, `v${index} = ${index}00;`), text);
  assert.equal(
    after(fence('export const v1 = 100;\n// ... rest unchanged'), constants),
    'no code: left-out',
    'v0 is missing',
  );
  assert.equal(after(fence('export const v0 = 000;\n// ... rest unchanged'), constants), changed(0));
  assert.equal(
    after(fence('// ... existing code ...\nexport const v7 = 700;\n// ... existing code ...'), constants),
    changed(7),
  );
  assert.equal(
    after(fence('// ...\nexport const v7 = 700;\n// ...\nexport const v9 = 900;\n// ...'), constants),
    changed(7, 9),
  );
  assert.equal(after(fence('export const v39 = 3900;'), constants), changed(39), 'alone');
  const yaml = fileOf('yaml', 'name: x\non: push\njobs:\n  a: 1\n  b: 2\n');
  assert.equal(
    after(fence('name: ci\n# ... rest unchanged', 'yaml'), yaml),
    'name: ci\non: push\njobs:\n  a: 1\n  b: 2\n',
  );
  assert.equal(
    after(fence('  total(): number {\n    return 0;\n  }'), shopFile),
    shop.replace(/ {2}total\(\) \{[\s\S]*?\n {2}\}/, '  total(): number {\n    return 0;\n  }'),
  );
  // A part of a block stands for the remaining lines of that.
  const inner = '  total() {\n    let sum = 0;\n    // ... existing code ...\n  }';
  assert.equal(after(fence(`// ... existing code ...\n${inner}\n// ... existing code ...`), shopFile), shop);
});

test('code that is left out without a certain place is no code', () => {
  const constants = fileOf(
    'typescript',
    numbered(40, (index) => `export const v${index} = ${index};`),
  );
  const answers = [
    'export const w = 100;\n// ... rest of the file stays the same ...',
    '// ... existing code ...\nexport const w = 70;\n// ... existing code ...',
    'export const v0 = 0;\nfunction a() { /* ... existing code ... */ }',
    '/* unchanged */\nlog(v7);',
  ];
  for (const answer of answers) assert.equal(after(fence(answer), constants), 'no code: left-out', answer);
  for (const answer of answers) assert.equal(after(answer, constants), 'no code: left-out', answer);
});

test('comments that only sound like left-out code stay', () => {
  const lines = [
    '// The rest of the file is read lazily.',
    '// Keep the existing connection open.',
    '// Same as above, but for carts.',
    '// TODO: remaining cases',
    '// prints "..."',
    '// Wait... then go.',
    '# ---',
    'def stub(): ...',
    '...',
    'const { a, ...rest } = b;',
    'f(...args);',
    '// loads a, b, c, ...',
  ];
  for (const line of lines) {
    const languageId = /^(?:def|\.\.\.|#)/.test(line) ? 'python' : 'typescript';
    assert.equal(
      after(fence(`a = 1\n${line}`, languageId), fileOf(languageId, 'old\n')),
      `a = 1\n${line}\n`,
      line,
    );
  }
  // What the file itself contains is no omission.
  assert.equal(after(fence('a\n// ...\nb'), fileOf('typescript', 'x\n// ...\ny\n')), 'a\n// ...\nb\n');
});

test('a part of the file is put where the file has it, or is no code', () => {
  assert.equal(after(fence(newTotal), shopFile), shopWithNewTotal);
  assert.equal(after(fence(newTotal.replaceAll(/^ {2}/gm, '')), shopFile), shopWithNewTotal, 'at the margin');
  assert.equal(
    after(
      `Change these:\n${fence(newTotal)}\nand\n${fence('  clear() {\n    this.carts.length = 0;\n  }')}`,
      shopFile,
    ),
    shopWithNewTotal.replace('this.carts = [];\n  }', 'this.carts.length = 0;\n  }'),
  );
  assert.equal(after(fence('  sum() {\n    return 0;\n  }'), shopFile), 'no code: fragment');
  assert.equal(
    after(fence(newTotal), shopFile, 'Keep only the total'),
    `${newTotal}\n`,
    'the user asked for less',
  );
  const long = numbered(60, (index) => `export const v${index} = ${index};`);
  assert.equal(after(fence('export const w = 1;'), fileOf('typescript', long)), 'no code: fragment');
});

test('unified diffs are applied where their lines are', () => {
  const files: [string, string][] = [
    [
      'as git writes it',
      'diff --git a/src/shop.ts b/src/shop.ts\nindex 1..2 100644\n--- a/src/shop.ts\n+++ b/src/shop.ts\n@@ -6,3 +6,3 @@ export class Shop {\n   add(cart: Cart) {\n-    this.carts.push(cart);\n+    this.carts.unshift(cart);\n   }',
    ],
    [
      'with wrong numbers',
      '--- a/shop.ts\n+++ b/shop.ts\n@@ -1,9 +1,9 @@\n   add(cart: Cart) {\n-    this.carts.push(cart);\n+    this.carts.unshift(cart);\n   }',
    ],
    ['without headers', '@@ ... @@\n-    this.carts.push(cart);\n+    this.carts.unshift(cart);'],
    [
      'without anything',
      '   add(cart: Cart) {\n-    this.carts.push(cart);\n+    this.carts.unshift(cart);\n   }',
    ],
    [
      'without the blank of context',
      '@@ -6,3 +6,3 @@\n  add(cart: Cart) {\n-    this.carts.push(cart);\n+    this.carts.unshift(cart);\n  }',
    ],
    [
      'with other white space',
      '@@ -6,3 +6,3 @@\n add(cart: Cart) {\n-  this.carts.push(cart);\n+  this.carts.unshift(cart);\n }',
    ],
    [
      'as a patch of Codex',
      '*** Begin Patch\n*** Update File: src/shop.ts\n@@ export class Shop {\n   add(cart: Cart) {\n-    this.carts.push(cart);\n+    this.carts.unshift(cart);\n   }\n*** End Patch',
    ],
  ];
  const wanted = shop.replace('push', 'unshift');
  for (const [name, diff] of files)
    for (const answer of [fence(diff, 'diff'), `Apply this:\n\n${fence(diff, 'patch')}\n\nDone.`])
      assert.equal(after(answer, shopFile), wanted, name);
  for (const [name, diff] of files.slice(0, 3)) assert.equal(after(diff, shopFile), wanted, `${name}, bare`);
  const crlf = fileOf('typescript', shop.replaceAll('\n', '\r\n'), undefined, 'shop.ts');
  assert.equal(after(fence(files[0]?.[1] ?? '', 'diff'), crlf), wanted.replaceAll('\n', '\r\n'));
  const two =
    "@@ -1 +1 @@\n-import { Cart } from './cart';\n+import { Cart } from './carts';\n@@ -18,3 +18,3 @@\n   clear() {\n-    this.carts = [];\n+    this.carts.length = 0;\n   }";
  assert.equal(
    after(fence(two, 'diff'), shopFile),
    shop.replace("'./cart'", "'./carts'").replace('carts = [];\n  }', 'carts.length = 0;\n  }'),
  );
  // Around a selection, too.
  assert.equal(
    after(fence(two, 'diff'), {
      ...shopFile,
      selection: { start: { line: 17, character: 2 }, end: { line: 19, character: 3 } },
    }),
    shop.replace("'./cart'", "'./carts'").replace('carts = [];\n  }', 'carts.length = 0;\n  }'),
  );
  for (const bad of [
    '@@ -1 +1 @@\n-    this.carts.shift(cart);\n+    x;',
    '@@ -1,2 +1,2 @@\n   }\n+\n',
    '--- a/src/other.ts\n+++ b/src/other.ts\n@@ -1 +1 @@\n-const x = 1;\n+const x = 2;',
  ])
    assert.equal(after(fence(bad, 'diff'), shopFile), 'no code: edit-without-place', bad);
  // In a file of diffs, a diff is the code.
  assert.equal(
    after(fence('--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y', 'diff'), fileOf('diff', 'old\n')),
    '--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n',
  );
});

test('search and replace blocks are applied where their lines are', () => {
  const search = '    this.carts.push(cart);';
  const replace = '    this.carts.unshift(cart);';
  const wanted = shop.replace('push', 'unshift');
  const blocks = [
    `<<<<<<< SEARCH\n${search}\n=======\n${replace}\n>>>>>>> REPLACE`,
    `<<<<<<< ORIGINAL\n${search}\n=======\n${replace}\n>>>>>>> UPDATED`,
    `------- SEARCH\n${search}\n=======\n${replace}\n+++++++ REPLACE`,
    `<search>\n${search}\n</search>\n<replace>\n${replace}\n</replace>`,
    `<old_string>\n${search}\n</old_string>\n<new_string>\n${replace}\n</new_string>`,
    `<<<<<<< SEARCH\n${search.trim()}\n=======\n${replace.trim()}\n>>>>>>> REPLACE`,
    `<<<<<<< SEARCH\n\n${search}\n=======\n${replace}\n>>>>>>> REPLACE`,
  ];
  for (const block of blocks)
    for (const answer of [
      block,
      `src/shop.ts\n${fence(block)}`,
      `I change it:\n\n${fence(block, '')}\nDone.`,
    ])
      assert.equal(after(answer, shopFile), wanted, answer);
  for (const bad of [
    '<<<<<<< SEARCH\n  }\n=======\n  };\n>>>>>>> REPLACE',
    '<<<<<<< SEARCH\nnot there\n=======\nx\n>>>>>>> REPLACE',
    `<<<<<<< SEARCH\n${search}\n=======\n${replace}`,
  ])
    assert.equal(after(bad, shopFile), 'no code: edit-without-place', bad);
});

test('several blocks of which none is the whole are requested once more', () => {
  const reading = readCode(`First:\n${fence('alpha();\nbeta();')}\nSecond:\n${fence('gamma();\ndelta();')}`, {
    file: shopFile,
  });
  assert.ok('issue' in reading);
  assert.equal(reading.issue.kind, 'several-blocks');
  assert.match(reading.request ?? '', /exactly one fenced code block/);
  const option = `Option 1:\n${fence('a();')}\nOption 2 (alternative):\n${fence('b();')}`;
  assert.equal(after(option, fileOf('typescript', 'old\n')), 'a();\n');
});

test('code for another file does not replace this one', () => {
  const answer = `**src/other.ts**\n${fence('export const other = 1;\nexport const more = 2;\nexport const last = 3;')}\n\n**src/cart.ts**\n${fence('const a = 2;')}`;
  assert.equal(after(answer, fileOf('typescript', 'const a = 1;\n', undefined, 'cart.ts')), 'const a = 2;\n');
});

test('an empty block takes a selection out, and is no content of a file', () => {
  assert.equal(after('```ts\n```', fileOf('typescript', 'a\nb\nc\n', [1, 0, 2, 0])), 'a\nc\n');
  assert.equal(after('```ts\n```', fileOf('typescript', 'a\n')), 'no code: no-code');
});
