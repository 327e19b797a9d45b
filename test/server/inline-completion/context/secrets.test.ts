import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { looksSecret, removeSecretLines } from '../../../../server/inline-completion/context/secrets.ts';

// Joined here, so that secret scanners find no key in this repository.
const join = (...parts: string[]) => parts.join('');

const secrets = [
  join('const key = "sk-', 'proj-abcdEFGH1234ijkl";'),
  join('ANTHROPIC_API_KEY=sk-', 'ant-api03-Zm9vYmFyYmF6cXV4'),
  join('export GITHUB_TOKEN=ghp_', '0123456789abcdefghijABCDEFGHIJ'),
  join('token: github_pat_', '11ABCDEFG0abcdefghijkl_mnopqrstuv'),
  join('aws_access_key_id = AKIA', 'IOSFODNN7ABCDEFG'),
  join('slack = "xoxb-', '1234567890-abcdefghij"'),
  join('url = "AIza', 'SyA1234567890abcdefghijklmnopqrstuv"'),
  join('Authorization: Bearer ', 'abcdef0123456789abcdef'),
  join('"eyJhbGciOiJIUzI1NiJ9.', 'eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"'),
  'db: postgres://ana:hunter22@db.internal/prod',
  'password = "hunter22"',
  'password: "correcthorse"',
  '  "clientSecret": "a8f5f167f44f4964",',
  "$api_key = 'q1w2e3r4t5';",
  'my_password: Tr0ub4dor',
  'string apiKey = "99-zzz-12345";',
  `hash = "${'0123456789abcdef'.repeat(2)}"`,
  'x = "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZg=="',
  join('-----BEGIN RSA ', 'PRIVATE KEY-----'),
];
for (const line of secrets) {
  test(`${line.slice(0, 24)}… looks secret`, () => assert.ok(looksSecret(line)));
}

const harmless = [
  'const token = tokens[index];',
  'password: string;',
  'token: "identifier",',
  'apiKey: process.env.API_KEY,',
  'apiKey = settings.apiKeyOf2',
  join("secret: '$", "{{ secrets.NPM_TOKEN }}',"),
  'key: "your-api-key"',
  'password = ""',
  'if (password === other) return;',
  'import { estimatePromptTokens, mostPromptTokens } from "../routing/tokens.ts";',
  'see https://docs.example.com/api/reference/introduction-to-something-long',
  'const url = "http://localhost:8080/path@2";',
  'function aRatherLongFunctionNameThatGoesOnAndOnForever() {}',
  'const SOME_VERY_LONG_CONSTANT_NAME_WITH_MANY_PARTS_2 = 1;',
  '/* ---------------------------------------------------------- */',
  'color: #ff00aa; width: 1234567890px',
  '',
];
for (const line of harmless) {
  test(`${line.slice(0, 40)} is harmless`, () => assert.ok(!looksSecret(line)));
}

test('removes a line with a secret, and keeps the lines around it unchanged', () => {
  assert.equal(
    removeSecretLines('const a = 1;\r\nconst password = "hunter22";\r\n\r\nconst b = 2;'),
    'const a = 1;\r\n\r\nconst b = 2;',
  );
});

test('removes all of a private key, also if its beginning or end is missing', () => {
  const begin = join('-----BEGIN OPENSSH ', 'PRIVATE KEY-----\n');
  const end = join('-----END OPENSSH ', 'PRIVATE KEY-----\n');
  const body = 'b3BlbnNzaC1rZXktdjEA\nAAAABG5vbmUAAAAE\nAbcdEfgh\n';
  assert.equal(removeSecretLines(`a\n${begin}${body}${end}b\n`), 'a\nb\n');
  assert.equal(removeSecretLines(`a\n${begin}${body}`), 'a\n');
  assert.equal(removeSecretLines(`${body}${end}b\n`), 'b\n');
});

test('leaves no line that looks secret, and adds none', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constantFrom(...secrets, ...harmless), fc.string()), { maxLength: 12 }),
      (lines) => {
        const left = removeSecretLines(lines.join('\n')).split('\n');
        assert.ok(left.every((line) => !looksSecret(line)));
        assert.ok(left.every((line) => line === '' || lines.join('\n').split('\n').includes(line)));
      },
    ),
  );
});
