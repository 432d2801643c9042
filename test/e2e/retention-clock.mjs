// Loaded into a daemon before its program: SIGUSR2 puts the wall clock days ahead, and what is due
// once an hour is due at once. What measures durations must not notice.
const DAYS = 3 * 24 * 60 * 60 * 1000;
const HOUR = 60 * 60 * 1000;
const now = Date.now;
const every = globalThis.setInterval;
let ahead = 0;

globalThis.Date = class extends Date {
  constructor(...parts) {
    if (parts.length === 0) super(now() + ahead);
    else super(...parts);
  }

  static now() {
    return now() + ahead;
  }
};
globalThis.setInterval = (what, delay, ...parts) =>
  every(what, delay === HOUR ? 200 : delay, ...parts);
process.on('SIGUSR2', () => {
  ahead = DAYS;
});
