import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findImports, resolveImports } from '../../../../server/inline-completion/context/imports.ts';

/** The open files that a line of a file imports. */
const resolved = (languageId: string, path: string, line: string, ...open: string[]) =>
  resolveImports(findImports(line, languageId, path), open);

const cases: [languageId: string, path: string, line: string, open: string, names: string[]][] = [
  [
    'typescript',
    '/p/src/a.ts',
    "import { one, two as deux } from './b.ts';",
    '/p/src/b.ts',
    ['one', 'two', 'deux'],
  ],
  ['typescript', '/p/src/a.ts', "import type { One } from '../b.js';", '/p/b.ts', ['One']],
  ['typescript', '/p/src/a.ts', "import * as b from './b';", '/p/src/b/index.tsx', []],
  ['typescript', '/p/src/a.ts', "export { one } from './b';", '/p/src/b.ts', ['one']],
  ['typescript', '/p/src/a.ts', "import {\n  one,\n  two,\n} from './b';", '/p/src/b.ts', ['one', 'two']],
  [
    'typescriptreact',
    '/p/src/a.tsx',
    "import Button from '@/ui/button';",
    '/p/src/ui/button.tsx',
    ['Button'],
  ],
  ['javascript', '/p/a.js', "const { one } = require('./b');", '/p/b.cjs', ['one']],
  ['vue', '/p/a.vue', "import Card from './card.vue'", '/p/card.vue', ['Card']],
  ['python', '/p/app/a.py', 'from .b import one, two', '/p/app/b.py', ['one', 'two']],
  ['python', '/p/app/a.py', 'from ..lib.b import (\n  one,\n)', '/p/lib/b.py', ['one']],
  ['python', '/p/app/a.py', 'from . import b', '/p/app/b.py', []],
  ['python', '/p/app/a.py', 'from lib.b import one', '/p/lib/b.py', ['one']],
  ['python', '/p/app/a.py', 'import lib.b as b, json', '/p/lib/b/__init__.py', []],
  [
    'go',
    '/p/main.go',
    'import (\n\t"fmt"\n\tdb "github.com/o/r/internal/db"\n)',
    '/home/r/internal/db/open.go',
    [],
  ],
  ['rust', '/p/src/main.rs', 'use crate::store::Store;', '/p/src/store.rs', ['Store']],
  ['rust', '/p/src/main.rs', 'use crate::store::{Store, Key};', '/p/src/store/mod.rs', ['Store', 'Key']],
  ['rust', '/p/src/main.rs', 'pub mod store;', '/p/src/store.rs', []],
  ['java', '/p/src/a/A.java', 'import com.example.b.B;', '/p/src/com/example/b/B.java', []],
  ['kotlin', '/p/src/a/A.kt', 'import com.example.b.B.make', '/p/src/com/example/b/B.kt', []],
  ['cpp', '/p/src/a.cpp', '#include "b.h"', '/p/src/b.h', []],
  ['cpp', '/p/src/a.cpp', '#include <lib/b.hpp>', '/p/include/lib/b.hpp', []],
  ['ruby', '/p/a.rb', "require_relative 'lib/b'", '/p/lib/b.rb', []],
  ['php', '/p/src/A.php', 'use App\\Models\\User;', '/p/src/Models/User.php', []],
  ['dart', '/p/lib/a.dart', "import 'package:app/src/b.dart';", '/p/lib/src/b.dart', []],
];
for (const [languageId, path, line, open, names] of cases) {
  test(`${languageId}: ${JSON.stringify(line)} is ${open}`, () => {
    assert.deepEqual(resolved(languageId, path, line, '/p/other.ts', open), [{ path: open, names }]);
  });
}

test('skips packages, files that are not open and unknown languages', () => {
  assert.deepEqual(
    resolved('typescript', '/p/a.ts', "import fs from 'node:fs';\nimport x from './x';", '/p/fs.ts'),
    [],
  );
  assert.deepEqual(resolved('python', '/p/a.py', 'import os', '/p/cos.py', '/p/b.py'), []);
  assert.deepEqual(resolved('plaintext', '/p/a.txt', "import { x } from './b.ts';", '/p/b.ts'), []);
});

test('lists a file once, in the order of the lines, with all imported names', () => {
  const text = "import { b } from './b';\nimport { a } from './a';\nimport type { B } from './b';\n";
  assert.deepEqual(resolved('typescript', '/p/x.ts', text, '/p/a.ts', '/p/b.ts'), [
    { path: '/p/b.ts', names: ['b', 'B'] },
    { path: '/p/a.ts', names: ['a'] },
  ]);
});
