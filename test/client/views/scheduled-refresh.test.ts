import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { scheduledRefresh } from '../../../client/views/scheduled-refresh.ts';

const at = (ms: number) => new Date(ms).toISOString();

test('it redraws once, shortly after the next time in the future', () => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 10_000 });
  let drawn = 0;
  const redraw = scheduledRefresh(() => {
    drawn += 1;
  });
  redraw.schedule([at(9000), at(30_000), at(15_000), 'no time']);
  mock.timers.tick(5500);
  assert.equal(drawn, 0);
  mock.timers.tick(600);
  assert.equal(drawn, 1);
  mock.timers.tick(60_000);
  assert.equal(drawn, 1);

  redraw.schedule([at(100_000)]);
  redraw.schedule([]);
  redraw.schedule([at(9000)]);
  mock.timers.tick(200_000);
  assert.equal(drawn, 1, 'new times replace old ones, and past times are ignored');

  redraw.schedule([at(500_000)]);
  redraw.dispose();
  mock.timers.tick(500_000);
  assert.equal(drawn, 1);
  mock.timers.reset();
});
