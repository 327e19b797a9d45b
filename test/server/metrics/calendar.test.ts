/** Local days and months in time zones of every kind, also where midnight does not exist or comes twice. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const calendar = fileURLToPath(new URL('../../../server/metrics/calendar.ts', import.meta.url));

/** Whole hours, halves and quarters; both sides of the date line; clocks that change at midnight, and by half an hour. */
const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'America/Havana',
  'America/Santiago',
  'America/Asuncion',
  'Africa/Cairo',
  'Asia/Beirut',
  'Asia/Kathmandu',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Kiritimati',
  'Pacific/Pago_Pago',
];

/** Checks two years of quarter hours, and the minutes around each beginning; prints what is wrong. */
const check = `
const { periodEnd, periodName, periodStart } = await import(process.argv[1]);
const wrong = [];
const local = (ms) => { const d = new Date(ms); return [d.getFullYear(), d.getMonth() + 1, d.getDate()].map((n) => String(n).padStart(2, '0')).join('-'); };
const says = (isRight, what, ms) => { if (!isRight && wrong.length < 5) wrong.push(what + ' at ' + new Date(ms).toISOString()); };
const seen = new Map();
const checkAt = (ms) => {
  for (const period of ['day', 'month']) {
    const name = period === 'day' ? local(ms) : local(ms).slice(0, 7);
    const [start, end] = [periodStart(period, ms), periodEnd(period, ms)];
    says(periodName(period, ms) === name, period + ' name ' + periodName(period, ms), ms);
    says(start <= ms && ms < end, period + ' range', ms);
    says(periodName(period, start) === name && periodName(period, start - 1) !== name, period + ' start', ms);
    says(periodName(period, end - 1) === name && periodName(period, end) !== name, period + ' end', ms);
    says((seen.get(period + name) ?? start) === start, period + ' has two starts', ms);
    seen.set(period + name, start);
  }
};
const from = Date.UTC(2025, 11, 30); const to = Date.UTC(2027, 1, 2);
for (let ms = from; ms < to; ms += 900_000) {
  checkAt(ms);
  if (new Date(ms).getHours() < 2 || new Date(ms).getHours() > 22) for (const more of [1, 59_999, 60_000, 899_999]) checkAt(ms + more);
}
console.log(JSON.stringify(wrong));
`;

for (const zone of zones) {
  test(`every moment belongs to one day and one month in ${zone}`, () => {
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', check, '--', calendar], {
      env: { ...process.env, TZ: zone },
      encoding: 'utf8',
    });
    assert.deepEqual(JSON.parse(output), []);
  });
}
