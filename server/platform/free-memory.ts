/** Frees the memory of a large request soon after it: a server that idles would keep it until the next one. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Milliseconds: the answer has begun by then, and its request been sent; another large one begins the wait anew. */
const waits = [1_500, 4_000];

let timers: readonly NodeJS.Timeout[] = [];
let collect: (() => void) | undefined;

/** A request of megabytes has come. */
export function freeMemorySoon(): void {
  for (const timer of timers) clearTimeout(timer);
  setFlagsFromString('--no-optimize-for-size');
  timers = waits.map((ms) => setTimeout(collectGarbage, ms).unref());
}

function collectGarbage(): void {
  if (!collect) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
    // Only contexts that are made while the flag is set have it.
    setFlagsFromString('--no-expose-gc');
  }
  collect();
  setFlagsFromString('--optimize-for-size');
}
