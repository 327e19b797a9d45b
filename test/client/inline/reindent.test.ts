import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reindent } from '../../../client/inline/reindent.ts';

const spaces = (before: string, tabSize = 4) => ({ before, insertSpaces: true, tabSize, step: tabSize });
const tabs = (before: string) => ({ before, insertSpaces: false, tabSize: 4, step: 4 });

for (const [how, text] of [
  ['from the margin', 'def total():\n    return 1\n\ndef other():\n    pass'],
  ['as the file does', '    def total():\n        return 1\n\n    def other():\n        pass'],
  ['from the cursor', 'def total():\n        return 1\n\n    def other():\n        pass'],
] as const)
  test(`a text indented ${how} gets the cursor’s depth`, () => {
    assert.equal(
      reindent(text, spaces('    ')),
      'def total():\n        return 1\n\n    def other():\n        pass',
    );
  });

for (const [how, text] of [
  ['from the margin', 'const a = 1;\nconst b = 2;'],
  ['from the cursor', 'const a = 1;\n  const b = 2;'],
  ['too deep', '      const a = 1;\n      const b = 2;'],
] as const)
  test(`lines of one depth indented ${how} become one block`, () => {
    assert.equal(reindent(text, spaces('  ', 2)), 'const a = 1;\n  const b = 2;');
  });

test('indentation uses the editor’s tabs or spaces', () => {
  assert.equal(reindent('if (x) {\n    y();\n}', tabs('\t')), 'if (x) {\n\t\ty();\n\t}');
  assert.equal(reindent('if (x) {\n\ty();\n}', spaces('    ')), 'if (x) {\n        y();\n    }');
});

test('steps of two become steps of four and vice versa; alignment is kept', () => {
  assert.equal(
    reindent('if (x) {\n  y(() => {\n    z();\n  });\n}', tabs('\t')),
    'if (x) {\n\t\ty(() => {\n\t\t\tz();\n\t\t});\n\t}',
  );
  assert.equal(reindent('  if (x) {\n      y();\n  }', spaces('  ', 2)), 'if (x) {\n    y();\n  }');
  assert.equal(reindent('call(a,\n     b);', spaces('    ')), 'call(a,\n         b);');
});

test('at column 0 the text keeps its own depth', () => {
  assert.equal(reindent('    one\n        two', spaces('')), '    one\n        two');
  assert.equal(reindent('  one\n    two', spaces('', 2)), '  one\n    two');
});

test('after other text the first line stays as it is, and the others follow its line', () => {
  assert.equal(reindent('{\n  a: 1,\n}', spaces('    const x = ', 2)), '{\n      a: 1,\n    }');
  assert.equal(reindent('{\n      a: 1,\n    }', spaces('    const x = ', 2)), '{\n      a: 1,\n    }');
});

test('Windows line endings and leading blank lines are removed; the final line ending is kept', () => {
  assert.equal(reindent('\n\r\na\r\n\r\nb\n', spaces('')), 'a\n\nb\n');
  assert.equal(reindent('', spaces('  ')), '');
});

test('text that looks like a snippet stays unchanged', () => {
  const text = ['`$', '{name}` + "\\n" // $1'].join('');
  assert.equal(reindent(text, spaces('')), text);
});
