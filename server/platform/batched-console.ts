/** A console that sends many lines of information in one message, so that a busy server does not send one for each request. */

/** The methods used of an LSP connection's console. */
export type LogConsole = { info(text: string): void; warn(text: string): void; error(text: string): void };

/** Milliseconds from one message to the next. The first line after a pause is sent at once. */
const everyMs = 50;

export function batchedConsole(console: LogConsole) {
  let lines: string[] = [];
  let timer: NodeJS.Timeout | undefined;

  const flush = (): void => {
    if (lines.length === 0) return;
    const text = lines.join('\n');
    lines = [];
    console.info(text);
  };
  const onTimer = (): void => {
    timer = undefined;
    if (lines.length === 0) return;
    flush();
    wait();
  };
  const wait = (): void => {
    timer = setTimeout(onTimer, everyMs);
    timer.unref();
  };

  return {
    info(text: string): void {
      lines.push(text);
      if (timer) return;
      flush();
      wait();
    },
    // The order of lines stays.
    warn(text: string): void {
      flush();
      console.warn(text);
    },
    error(text: string): void {
      flush();
      console.error(text);
    },
    /** Sends what waits. */
    dispose(): void {
      clearTimeout(timer);
      flush();
    },
  };
}
