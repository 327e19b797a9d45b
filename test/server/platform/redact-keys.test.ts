/** No spelling of a key stays in a text, and words stay. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyRedactor } from '../../../server/platform/redact-keys.ts';
import { keyPieces, keySpellings, lettersIn } from '../../support/key-spellings.ts';

const key = 'sk-proj-aB3dE5fG7hI9jK1lM-nO5pQ7rS9_tU1vW3xY5z';
/** Without a beginning that a pattern knows. */
const plainKey = 'Zq7Lm2Xc9Vb4Nn8Kp1Wd5Rt3';

for (const [name, spell] of Object.entries(keySpellings)) {
  test(`a key that was sent is redacted: ${name}`, () => {
    for (const sent of [key, plainKey]) {
      const redactor = keyRedactor();
      redactor.remember(sent);
      const left = redactor.redact(`Before it. ${spell(sent)} After it.`);
      assert.match(left, /^Before it\..*•••.*After it\.$/s, left);
      for (const piece of keyPieces(sent))
        assert.ok(!lettersIn(left).includes(piece), `${left} has ${piece}`);
    }
  });
}

test('each half of a key that stands in two records of a log is redacted', () => {
  const redactor = keyRedactor();
  redactor.remember(key);
  for (const half of [key.slice(0, 22), key.slice(22)]) assert.equal(redactor.redact(half), '•••');
});

test('what looks like a key is redacted although it was never sent', () => {
  const { redact } = keyRedactor();
  for (const text of [
    'sk-proj-abcDEF123456',
    'sk%2Dproj%2DabcDEF123456',
    'Bearer abc.def-ghi',
    'https://x.test/v1?api_key=hunter2&b=1',
    'https://x.test/v1?access_token=hunter2',
    'http://me:hunter2@proxy.test:3128/',
    'x-api-key: abcDEF123456',
    '"apiKey":"abcDEF123456"',
    'ghp_abcDEF1234567890abcDEF',
    'hf_abcDEF1234567890',
    'AKIAABCDEFGHIJKLMNOP',
    'gsk_abc***xyz',
  ])
    assert.doesNotMatch(redact(`Refused: ${text}!`), /abc|DEF|hunter2|ghi|xyz/i, redact(text));
});

test('sentences, addresses, numbers and names of models stay as they are', () => {
  const redactor = keyRedactor();
  for (const each of [key, plainKey, 'ollama', 'local-development-key']) redactor.remember(each);
  for (const text of [
    'The task-oriented risk_free desk-top FAQ.md',
    'ollama/qwen3:8b answered in 812 ms … 31 tokens in, 5 out, $0.0012',
    'Basic authentication is required. The bearer token is missing.',
    'https://api.openai.com/v1/chat/completions?stream=true&model=gpt-5.4',
    'local development needs no key',
    'the API key: it is missing',
    '100%25 and 5 % of C:\\users\\new',
    'openai/gpt-4o-mini-2024-07-18, claude-opus-4-20250514',
  ])
    assert.equal(redactor.redact(text), text);
});

test('a short key is redacted where it stands alone', () => {
  const redactor = keyRedactor();
  redactor.remember('hunter2!');
  assert.equal(redactor.redact('wrong key hunter2! given'), 'wrong key ••• given');
  assert.equal(redactor.redact('wrong key hunter2%21 given'), 'wrong key ••• given');
});

test('redacting takes linear time', () => {
  const redactor = keyRedactor();
  redactor.remember(key);
  for (const unit of [
    'sk-',
    '\\',
    '%25',
    'a',
    '&amp;',
    'bearer ',
    '...',
    'https://',
    key,
    'api_key=',
    '-----BEGIN ',
  ]) {
    /** The best of three, since the machine does other work too. */
    const timeOf = (size: number) => {
      const text = unit.repeat(size / unit.length);
      const times = [1, 2, 3].map(() => {
        const before = performance.now();
        redactor.redact(text);
        return performance.now() - before;
      });
      return Math.min(...times);
    };
    timeOf(20_000);
    const [small, large] = [timeOf(100_000), timeOf(400_000)];
    assert.ok(large < 100 + small * 10, `${unit}: ${small.toFixed()} ms, ${large.toFixed()} ms`);
  }
});
