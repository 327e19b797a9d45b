import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatDollars,
  formatDuration,
  formatLocalTime,
  formatShortCount,
  oneLine,
  quoteMarkdown,
  truncate,
} from '../../../client/format/text.ts';

test('durations have a suitable unit', () => {
  assert.deepEqual([0, 4, 420, 999, 1234, 59_960, 125_000].map(formatDuration), [
    '0 ms',
    '4 ms',
    '0.42 s',
    '1.0 s',
    '1.2 s',
    '1 min 0 s',
    '2 min 5 s',
  ]);
});

test('money keeps two significant digits', () => {
  assert.deepEqual([0, 1.2, 12, 0.25, 0.0123, 0.00125, 0.00001234, 1e-9].map(formatDollars), [
    '$0',
    '$1.20',
    '$12.00',
    '$0.25',
    '$0.012',
    '$0.0013',
    '$0.000012',
    'less than $0.000001',
  ]);
});

test('context sizes are short', () => {
  assert.deepEqual(
    [512, 4096, 8192, 32_768, 128_000, 131_072, 200_000, 1_000_000, 1_048_576].map(formatShortCount),
    ['512', '4k', '8k', '32k', '128k', '128k', '200k', '1M', '1M'],
  );
});

test('foreign text stays on one line and in its quotation', () => {
  assert.equal(oneLine('a\n# b\r\n\tc'), 'a # b c');
  assert.equal(quoteMarkdown('one\r\n\n# two'), '> one\n>\n> # two');
});

test('a truncated title ends at a word', () => {
  assert.equal(truncate('short', 40), 'short');
  assert.equal(truncate('add retries to the upload and test it', 20), 'add retries to the…');
  assert.equal(truncate('x'.repeat(50), 10), `${'x'.repeat(10)}…`);
});

test('a time of today has no date, any other has', () => {
  const now = new Date(2026, 10, 21, 9, 0);
  const format = (day: number) => formatLocalTime(new Date(2026, 10, day, 14, 5).toISOString(), 'en-GB', now);
  assert.equal(format(21), '14:05');
  assert.match(format(22), /^22 Nov.* 14:05$/);
});
