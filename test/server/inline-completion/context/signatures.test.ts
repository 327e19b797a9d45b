import assert from 'node:assert/strict';
import { test } from 'node:test';
import { extractSignatures } from '../../../../server/inline-completion/context/signatures.ts';

const testSignatures = (languageId: string, text: string, expected: string, ...names: string[]) =>
  test(`${languageId}: ${expected.split('\n')[0]}`, () =>
    assert.equal(extractSignatures(text, languageId, names), expected));

testSignatures(
  'typescript',
  `import { x } from './x';
/** A place. */
export interface Place {
  name: string;
}
export type Id = string;
export async function find(
  id: Id,
): Promise<Place> {
  return x(id);
}
function hidden() {}
export const later = async (ms: number) => {
  wait(ms);
};
export class Store extends Base {
  private secret = 1;
  constructor(path: string) {
    super();
  }
  get(id: Id): Place {
    if (id) return this.look(id);
  }
  private look(id: Id) {}
}
`,
  `export interface Place {
  name: string;
}
export type Id = string;
export async function find(
  id: Id,
): Promise<Place>
export const later = async (ms: number)
export class Store extends Base
  constructor(path: string)
  get(id: Id): Place
`,
);

testSignatures(
  'typescript',
  'export const one = 1;\nexport function two(a: number): void {\n}\nexport const three = 3;\n',
  'export function two(a: number): void\n',
  'two',
  'unknown',
);

testSignatures(
  'python',
  `LIMIT: int = 3
def load(path: str) -> dict:
    return {}
def _hidden():
    pass
class Store(Base):
    def __init__(self, path):
        self.path = path
    async def get(self, key: str) -> bytes:
        return b""
    def _look(self): pass
`,
  `LIMIT: int = 3
def load(path: str) -> dict:
class Store(Base):
    def __init__(self, path):
    async def get(self, key: str) -> bytes:
`,
);

testSignatures(
  'go',
  'package db\n\ntype Store struct {\n\tname string\n}\n\nfunc (s *Store) Get(key string) ([]byte, error) {\n\treturn nil, nil\n}\n\nfunc hidden() {}\n',
  'type Store struct {\n\tname string\n}\nfunc (s *Store) Get(key string) ([]byte, error)\n',
);

testSignatures(
  'rust',
  'pub struct Key(u8);\nimpl Key {\n    pub fn new(n: u8) -> Self {\n        Key(n)\n    }\n    fn hidden() {}\n}\npub(crate) enum Kind {\n    A,\n}\n',
  'pub struct Key(u8);\n    pub fn new(n: u8) -> Self\npub(crate) enum Kind {\n    A,\n}\n',
);

testSignatures(
  'java',
  'public class Store {\n    private int n;\n    public Store(int n) {\n        this.n = n;\n    }\n    public List<String> names() {\n        return run();\n    }\n}\n',
  'public class Store\n    public Store(int n)\n    public List<String> names()\n',
);

testSignatures(
  'csharp',
  'public sealed class Store\n{\n    public async Task<int> Count(string key)\n    {\n        return Run(key);\n    }\n}\n',
  'public sealed class Store\n    public async Task<int> Count(string key)\n',
);

testSignatures(
  'cpp',
  '#define LIMIT 3\nstruct Point {\n  int x;\n};\nint add(int a, int b);\nstatic void run(void) {\n  add(1, 2);\n}\n',
  '#define LIMIT 3\nstruct Point {\n  int x;\n};\nint add(int a, int b);\nstatic void run(void)\n',
);

testSignatures(
  'ruby',
  'class Store\n  def get(key)\n    find(key)\n  end\nend\n',
  'class Store\n  def get(key)\n',
);

testSignatures(
  'php',
  '<?php\nclass User {\n    public function name(): string {\n        return "x";\n    }\n    private function hidden() {}\n}\n',
  'class User\n    public function name(): string\n',
);

test('an unknown language has no signatures', () => {
  assert.equal(extractSignatures('export const a = 1;', 'plaintext', []), '');
});
