/** The practice engine as a process: loads its models, listens, sends its address to its parent, and ends with it. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { tinyGguf } from '../../test/support/tiny-gguf.ts';
import { loadLlama } from './llama.ts';
import { contextTokens, practiceModels } from './replies.ts';
import { listenOnLoopback, practiceServer } from './server.ts';

const { values } = parseArgs({
  options: {
    library: { type: 'string' },
    models: { type: 'string' },
    port: { type: 'string', default: '0' },
    'tokens-per-second': { type: 'string' },
  },
});
if (!values.library || !values.models) throw new Error('The practice engine needs --library and --models.');

mkdirSync(values.models, { recursive: true });
const load = await loadLlama(values.library);
const models = new Map();
for (const model of practiceModels) {
  const file = join(values.models, `${model.name}.gguf`);
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, tinyGguf(model));
  renameSync(unfinished, file); // Another practice engine may have the old one open.
  models.set(model.name, await load(file, contextTokens));
}

const tokensPerSecond = Number(values['tokens-per-second'] ?? 0);
const server = practiceServer({ models, ...(tokensPerSecond > 0 ? { tokensPerSecond } : {}) });
const baseUrl = await listenOnLoopback(server, Number(values.port));
process.send?.({ baseUrl });
process.on('disconnect', () => process.exit());
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit());
