/** An editor that dies: starts the server with the settings of its first argument, asks once and tells its parent the server's process id. */
import { connectServer } from '../../scripts/terminal/server.ts';

const server = await connectServer({
  env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
  initializationOptions: JSON.parse(process.argv[2] ?? '{}'),
});
process.send?.(server.pid);
await server.ask(
  { prompt: 'Say hello.', model: 'lab/fake-model', useCache: false },
  () => {},
  new AbortController().signal,
);
