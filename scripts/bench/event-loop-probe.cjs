/** Loaded into the measured server before its own code: adds each delay of its event loop, in milliseconds, to a file. */
const { appendFileSync } = require('node:fs');

const file = process.env.EVENT_LOOP_FILE;
const everyMs = 2;
/** Shorter delays are of no interest. */
const minMs = 10;
let last = performance.now();
setInterval(() => {
  const now = performance.now();
  const ms = now - last - everyMs;
  if (file && ms > minMs) appendFileSync(file, `${ms.toFixed(1)}\n`);
  last = performance.now();
}, everyMs).unref();
