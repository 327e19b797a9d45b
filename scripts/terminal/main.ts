/** Rumbo in a terminal: plan, code, explain, status, through the same server over JSON-RPC. */
import { ResponseError } from 'vscode-languageserver-protocol/node';
import type { ErrorData } from '../../shared/errors.ts';
import { type Ask, readArguments, UsageError, usage } from './arguments.ts';
import { code, Unwritten } from './code.ts';
import { connectServer, ServerError, type TerminalServer } from './server.ts';
import { endOutput, printError } from './shared.ts';
import { explain, plan, status } from './text.ts';

/** Exit codes: 0 done, 1 the request failed, 2 the command line or the configuration is wrong, 130 stopped by Ctrl-C. */
async function main(): Promise<number> {
  const cancel = new AbortController();
  process.on('SIGINT', () => cancel.abort());
  process.on('SIGTERM', () => cancel.abort());
  // A closed pipe (`| head`) is no error.
  process.stdout.on('error', () => process.exit(0));

  let server: TerminalServer | undefined;
  try {
    const ask = readArguments(process.argv.slice(2));
    if (ask.command === 'help') {
      process.stdout.write(usage);
      return 0;
    }
    server = await connectServer({ config: ask.config });
    await commands[ask.command](ask, server, cancel.signal);
    return 0;
  } catch (error) {
    return tell(error, cancel.signal.aborted);
  } finally {
    endOutput();
    await server?.close();
  }
}

const commands: Record<
  Exclude<Ask['command'], 'help'>,
  (ask: Ask, server: TerminalServer, signal: AbortSignal) => Promise<void>
> = { plan, code, explain, status };

/** One sentence with one action on stderr; a stack trace helps no user. */
function tell(error: unknown, cancelled: boolean): number {
  if (cancelled) {
    printError('\nStopped.\n');
    return 130;
  }
  if (error instanceof UsageError || error instanceof Unwritten) {
    printError(`${error.message}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
  if (error instanceof ServerError) {
    printError(`${error.message}\n`);
    return error.exitCode;
  }
  if (error instanceof ResponseError) {
    const {
      message,
      action,
      attempts = [],
    } = (error.data ?? { message: error.message }) as Partial<ErrorData>;
    for (const attempt of attempts.slice(0, -1)) {
      printError(`${attempt.model} failed: ${attempt.message ?? attempt.outcome}\n`);
    }
    printError(`${[message, action].filter(Boolean).join(' ')}\n`);
    return 1;
  }
  printError(`Rumbo stopped: ${error instanceof Error ? error.message : 'unknown reason'}\n`);
  return 1;
}

process.exitCode = await main();
