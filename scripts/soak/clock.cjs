/**
 * Shifts this process's clock by the milliseconds in the file RUMBO_CLOCK_FILE, read again several times a second: a clock
 * that the user or a time service sets. `performance.now` stays as it is, like a monotonic clock.
 */
const { readFileSync } = require('node:fs');

const RealDate = Date;
const file = process.env.RUMBO_CLOCK_FILE;
let offsetMs = 0;
const read = () => {
  offsetMs = Number(readFileSync(file, 'utf8')) || 0;
};

globalThis.Date = class extends RealDate {
  constructor(...values) {
    if (values.length === 0) super(RealDate.now() + offsetMs);
    else super(...values);
  }

  static now() {
    return RealDate.now() + offsetMs;
  }
};
read();
setInterval(read, 50).unref();
