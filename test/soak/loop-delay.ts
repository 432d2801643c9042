import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../support/until.ts';

/** How late an event loop was, in milliseconds. */
export interface LoopDelay {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const folder = mkdtempSync(join(tmpdir(), 'waterwall-soak-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** With these variables a Node process can be measured. */
export const MEASURABLE = {
  NODE_OPTIONS: `--import=${new URL('loop-delay.mjs', import.meta.url).href}`,
  WATERWALL_LOOP_DELAY: folder,
} as const;

/** Measures a process, started with {@link MEASURABLE}, while something goes on. */
export async function measureDelay(pid: number, act: () => Promise<void>): Promise<LoopDelay> {
  const before = linesOf(pid).length;
  process.kill(pid, 'SIGUSR2');
  try {
    await act();
  } finally {
    process.kill(pid, 'SIGUSR2');
  }
  await until(() => linesOf(pid).length > before);
  return JSON.parse(linesOf(pid)[before] as string) as LoopDelay;
}

function linesOf(pid: number): string[] {
  const file = join(folder, `${pid}.jsonl`);
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
}
