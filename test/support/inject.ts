import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Faults of system calls in a process that runs already. */
export interface Injection {
  /** From now on the calls do what they should. */
  readonly stop: () => Promise<void>;
}

/**
 * Makes system calls of a process fail or wait, by strace.
 *
 * @param calls - `CALLS:FAULT` as strace's `-e inject` takes it
 */
export async function inject(pid: number, calls: string): Promise<Injection> {
  const names = calls.split(':')[0] ?? '';
  const tracer = spawn(
    'strace',
    ['-f', '-p', String(pid), '-e', `trace=${names}`, '-e', `inject=${calls}`],
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
