/** Runs inside the session of keychain.test.ts: corrects a task type in two runs of the server and prints what is stored. */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectServer, type TerminalServer } from '../../../scripts/terminal/server.ts';
import { correctTask, explain } from '../../../shared/protocol.ts';

const storagePath = mkdtempSync(join(tmpdir(), 'rumbo-store-'));
writeFileSync(join(storagePath, 'corrections.json'), '{"version":1,"corrections":[],"stronger":[]}');
const prompt = 'Put the crates of the upper deck in order, please';

async function inServer<Value>(use: (server: TerminalServer) => Promise<Value>): Promise<Value> {
  const server = await connectServer({ initializationOptions: { storagePath } });
  try {
    return await use(server);
  } finally {
    await server.close();
  }
}
const correct = (text: string) =>
  inServer(({ connection }) => connection.sendRequest(correctTask, { prompt: text, task: 'architecture' }));

const first = await correct(prompt);
const second = await correct('Wash the sails of the small boat');
const { task } = await inServer(({ connection }) => connection.sendRequest(explain, { prompt }));
const files = readdirSync(storagePath).filter((name) => name.includes('corrections'));
const stored = files.map((name) => readFileSync(join(storagePath, name), 'latin1')).join();
const result = {
  first,
  second,
  files,
  hasPlainText: /crates|sails|architecture|corrections"/.test(stored),
  isAppliedLater: task === 'architecture',
};
process.stdout.write(JSON.stringify(result));
