import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/** Whether this machine lets a process be traced. */
export const canInject: boolean = spawnSync('strace', ['-V']).status === 0;

/** Faults of system calls in a process that runs already. */
export interface Injection {
  /** From now on the calls do what they should. */
  readonly stop: () => Promise<void>;
}

/**
 * Makes system calls of a process fail or wait, by strace.
 *
 * @param calls - `CALLS:FAULT` as strace's `-e inject` takes it
 * @param file - only calls that concern it
 */
export async function inject(pid: number, calls: string, file?: string): Promise<Injection> {
  const names = calls.split(':')[0] ?? '';
  const tracer = spawn(
    'strace',
    [
      ...['-f', '-p', String(pid), '-e', `trace=${names}`, '-e', `inject=${calls}`],
      ...(file === undefined ? [] : ['-P', file]),
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  tracer.stderr.setEncoding('utf8');
  let said = '';
  await new Promise<void>((resolve, reject) => {
    tracer.stderr.on('data', (text: string) => {
      said += text;
      if (/attached/.test(said)) resolve();
    });
    tracer.once('exit', () => reject(new Error(`strace: ${said}`)));
  });
  const ended = once(tracer, 'exit');
  return {
    async stop() {
      tracer.kill('SIGINT');
      await ended;
    },
  };
}
