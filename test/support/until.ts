import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again and again until the answer is true; for what no event tells of. */
export async function until(
  what: () => Promise<boolean> | boolean,
  { timeout = 5000, every = 20 }: { timeout?: number; every?: number } = {},
): Promise<void> {
  const end = Date.now() + timeout;
  while (!(await what())) {
    if (Date.now() > end) throw new Error(`did not come true within ${timeout} ms`);
    await sleep(every);
  }
}
