/**
 * A line now and then while nothing happens, so that a log without lines is a daemon that did not
 * run, and a log whose end was cut off is told from a quiet afternoon.
 *
 * @param length - lines of the chain so far
 * @param append - appends the line
 * @returns to be called every minute or so, with a monotonic clock in milliseconds
 */
export function createHeartbeat(
  length: () => number,
  append: (idleMs: number) => void,
): (now: number) => void {
  let seen = length();
  let since: number | undefined;
  return (now) => {
    if (length() !== seen || since === undefined) {
      seen = length();
      since = now;
      return;
    }
    if (now - since < IDLE) return;
    append(now - since);
    since = now;
  };
}

const IDLE = 5 * 60_000;
