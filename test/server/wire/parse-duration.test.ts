/** Moments and durations: every form a service writes them in. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseWaitMs } from '../../../server/wire/parse-duration.ts';

const now = Date.parse('2026-11-21T12:00:00Z');

test('Go durations, bare seconds, dates and epochs are parsed', () => {
  const table: [string, number | undefined][] = [
    ['12ms', 12],
    ['1s', 1_000],
    ['9.5s', 9_500],
    ['6m0s', 360_000],
    ['2m59.56s', 179_560],
    ['1h2m3.5s', 3_723_500],
    ['1m', 60_000],
    ['1d2h', 93_600_000],
    ['1s250ms', 1_250],
    ['30', 30_000],
    ['0.5', 500],
    ['0', 0],
    ['2026-11-21T12:00:30Z', 30_000],
    ['Sat, 21 Nov 2026 12:01:00 GMT', 60_000],
    [String(now / 1000 + 5), 5_000],
    [String(now + 5), 5],
    ['2026-11-21T11:00:00Z', 0],
    ['1 seconds', 1_000],
    ['1.5 sec', 1_500],
    ['250 milliseconds', 250],
    ['2 minutes and 5 seconds', 125_000],
    ['1 hour', 3_600_000],
    ['3 days', 259_200_000],
    ['PT1M30S', 90_000],
    ['00:01:30', 90_000],
    ['01:30', 90_000],
    ['2026-11-21 12:00:30', 30_000],
    ['2026-11-21 12:00:30 UTC', 30_000],
    [`${now / 1000 + 5}.25`, 5_250],
    [String((now + 5) * 1000), 5],
    ['5 apples', undefined],
    ['', undefined],
    ['soon', undefined],
  ];
  for (const [text, ms] of table) {
    const wait = parseWaitMs(text, now);
    assert.equal(wait === undefined ? undefined : Math.round(wait), ms, text);
  }
});
