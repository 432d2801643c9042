// Loaded into a process before its program: measures how late its event loop is, between one SIGUSR2
// and the next, and adds a line with what it found, in milliseconds, to a file of its own.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Milliseconds from one look to the next; only what comes on top is delay. */
const STEP = 5;

const delays = monitorEventLoopDelay({ resolution: STEP });
let measuring = false;

process.on('SIGUSR2', () => {
  measuring = !measuring;
  if (measuring) {
    delays.reset();
    delays.enable();
    return;
  }
  delays.disable();
  const late = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - STEP);
  const found = {
    p50: late(delays.percentile(50)),
    p99: late(delays.percentile(99)),
    max: late(delays.max),
  };
  const file = join(process.env.WATERWALL_LOOP_DELAY, `${process.pid}.jsonl`);
  appendFileSync(file, `${JSON.stringify(found)}\n`);
});
