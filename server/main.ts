/** Answers `initialize`; everything else is loaded right after it, while the client is still reading the answer. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  createConnection,
  type InitializeParams,
  type InitializeResult,
  ProposedFeatures,
  StreamMessageReader,
} from 'vscode-languageserver/node';
import { holdingReader } from './platform/holding-reader.ts';
import { messageDecoder } from './platform/message-decoder.ts';
import { messageWriter } from './platform/message-writer.ts';
import { serverCapabilities } from './rpc/capabilities.ts';
import { parseCommandLine } from './settings/command-line.ts';

/** dist/ when bundled, server/ when run as it is; the package is one above both. */
const home = dirname(process.argv[1] ?? '');
const { version } = JSON.parse(readFileSync(join(home, '..', 'package.json'), 'utf8')) as { version: string };
const config = parseCommandLine(process.argv);

const reader = holdingReader(new StreamMessageReader(process.stdin, { contentTypeDecoder: messageDecoder }));
const connection = createConnection(ProposedFeatures.all, reader, messageWriter(process.stdout));
connection.onInitialize(initialize);
connection.listen();

function initialize(params: InitializeParams): InitializeResult {
  // The answer is written in the first of these turns of the event loop.
  setImmediate(() => setImmediate(() => void load(params)));
  return { capabilities: serverCapabilities, serverInfo: { name: 'rumbo', version } };
}

async function load(params: InitializeParams): Promise<void> {
  const { startServer } = await import('./start-server.ts');
  startServer({ connection, params, home, version, config: await config });
  reader.release();
}
