/** Whole sessions of typing in virtual time; `npm run bench:inline` has more of them, and prints what they cost. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { chooseCompletionLength } from '../../../server/inline-completion/render/completion-length.ts';
import { maySuggest } from '../../../server/inline-completion/render/may-suggest.ts';
import { streamRenderer } from '../../../server/inline-completion/render/stream-renderer.ts';
import { simulate } from '../../support/typing/simulation.ts';

const file = readFileSync(new URL('../../../server/cache/response-cache.ts', import.meta.url), 'utf8');
const settings = {
  debounceMs: 75,
  cache: { entries: 1_000, bytes: 4_000_000 },
  revealAfterMs: 150,
  readAhead: true,
};

for (const [firstMs, pieceMs] of [
  [50, 4],
  [200, 8],
  [800, 15],
  [2_000, 25],
] as const) {
  test(`with ${firstMs} ms to the first text, nothing outdated is shown, and requests and waits are far fewer`, async () => {
    const same = {
      file,
      from: 600,
      to: 2_600,
      profile: { seed: 1, keyMs: 180 },
      renderer: { maySuggest, chooseCompletionLength, streamRenderer },
      firstMs,
      pieceMs,
      knows: 0.6,
    };
    const naive = await simulate({ ...same, client: 'naive' });
    const ours = await simulate({ ...same, client: { settings, free: true } });
    const mean = (waits: readonly number[]) => waits.reduce((sum, ms) => sum + ms, 0) / waits.length;
    assert.equal(ours.tally.stale, 0);
    assert.ok(ours.requests < 0.4 * naive.requests, `${ours.requests} of ${naive.requests} requests`);
    assert.ok(
      mean(ours.waits.ms) < 0.6 * mean(naive.waits.ms),
      `${mean(ours.waits.ms)} of ${mean(naive.waits.ms)} ms`,
    );
    assert.deepEqual(
      await simulate({ ...same, client: { settings, free: true } }),
      ours,
      'the same in every run',
    );
  });
}
