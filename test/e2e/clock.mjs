// Loaded into a daemon before its program: each SIGUSR2 puts the wall clock days ahead, then back.
// Only the wall clock: what measures durations must not notice.
const DAYS = 3 * 24 * 60 * 60 * 1000;
const now = Date.now;
let ahead = 0;

class JumpingDate extends Date {
  constructor(...parts) {
    if (parts.length === 0) super(JumpingDate.now());
    else super(...parts);
  }

  static now() {
    return now() + ahead;
  }
}

globalThis.Date = JumpingDate;
const turns = [DAYS, -DAYS, 0];
process.on('SIGUSR2', () => {
  ahead = turns.shift() ?? 0;
});
