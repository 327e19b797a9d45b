/** Times discovery: the scan of this machine for engines, and from a start to the first list of models. */
import { discover, listModels } from '../../shared/protocol.ts';
import type { Laboratory } from './laboratory.ts';
import { median } from './quantile.ts';
import type { Row } from './row.ts';

const rounds = 5;

export async function localRows({ startServer }: Laboratory): Promise<Row[]> {
  const looked: number[] = [];
  const listTimes: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const startedAt = performance.now();
    const server = await startServer();
    const models = () => server.connection.sendRequest(listModels, { provider: 'whole' });
    while ((await models()).length === 0) await new Promise(setImmediate);
    listTimes.push(performance.now() - startedAt);

    const at = performance.now();
    await server.connection.sendRequest(discover);
    looked.push(performance.now() - at);
    await server.close();
  }
  return [
    {
      what: 'looking for engines on this machine',
      figure: median(looked),
      unit: 'ms',
      aim: 500,
      note: `slowest ${Math.max(...looked).toFixed(0)} ms`,
    },
    { what: 'server start to first list of models', figure: median(listTimes), unit: 'ms' },
  ];
}
