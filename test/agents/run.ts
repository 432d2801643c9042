import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** What an agent's run gave. */
export interface Run {
  readonly code: number | null;
  readonly output: string;
  /** Milliseconds from the start to the end. */
  readonly took: number;
  readonly timedOut: boolean;
}

/** Runs an agent to its end, or to the timeout; what it started ends with it. */
export async function runAgent(
  command: readonly string[],
  { cwd, env, timeout = 60_000 }: { cwd: string; env: NodeJS.ProcessEnv; timeout?: number },
): Promise<Run> {
  const started = performance.now();
  const child = spawn(command[0] as string, command.slice(1), {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  let timedOut = false;
  const end = (): void => {
    try {
      process.kill(-(child.pid as number), 'SIGKILL');
    } catch {}
  };
  const timer = setTimeout(() => {
    timedOut = true;
    end();
  }, timeout);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearTimeout(timer);
  end();
  return { code, output, took: performance.now() - started, timedOut };
}
