/** What looks like a key is in no line of the log. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logTo } from '../../../server/platform/log.ts';

test('keys of every known service are redacted anywhere, and words are not', () => {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const log = logTo({ info: write, warn: write, error: write });
  for (const key of [
    'sk-proj-abcDEF123',
    'sk-ant-api03-x1y2z3',
    'xai-abcdef1234',
    'gsk_abcdef1234',
    'AIzaSyA1234567',
    'AQ.Ab8RN6Iabcdef12',
  ])
    log.info(`asked with ${key}.`);
  log.warn('authorization: Bearer abc.def-ghi and https://x.test/v1?key=secret&b=1');
  log.error('It failed.', new Error('sk-proj-abcDEF123 was refused'));
  const text = lines.join('\n');
  assert.doesNotMatch(text, /abcDEF|x1y2|abcdef|SyA12|Ab8RN|def-ghi|=secret/);
  assert.equal(text.match(/•••/g)?.length, 9, text);
  log.info('The task-oriented risk_free desk-top FAQ.md');
  assert.equal(lines.at(-1), 'The task-oriented risk_free desk-top FAQ.md');
});
