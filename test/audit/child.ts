import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where the compiled program lies; another place while only a part of it compiles. */
const DIST =
  process.env['WATERWALL_TEST_DIST'] ?? fileURLToPath(new URL('../../dist', import.meta.url));
const CHILDREN = new URL('./children/', import.meta.url);

/** Starts a script of `children`, under `wrapper` if there is one. */
export function startChild(
  script: string,
  args: readonly string[],
  wrapper: readonly string[] = [],
): ChildProcessWithoutNullStreams {
  if (!existsSync(DIST)) throw new Error('The program is not built: run "npm run build".');
  const [command = process.execPath, ...rest] = [
    ...wrapper,
    process.execPath,
    fileURLToPath(new URL(script, CHILDREN)),
    DIST,
    ...args,
  ];
  // One thread for the file system: strace counts the calls to fail for each thread of its own.
  return spawn(command, rest, { env: { ...process.env, UV_THREADPOOL_SIZE: '1' } });
}

/** Waits for a child's end; gives the lines it printed. */
export async function outputOf(child: ChildProcessWithoutNullStreams): Promise<readonly unknown[]> {
  let output = '';
  let complaints = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (status !== 0 && child.signalCode !== 'SIGKILL') throw new Error(`${status}: ${complaints}`);
  // A line that was cut short by the kill says nothing.
  const lines = output
    .slice(0, output.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1);
  return lines.map((line) => JSON.parse(line) as unknown);
}

/** Whether this machine lets us make system calls fail. */
export const hasStrace = ((): boolean => {
  try {
    execFileSync('strace', ['-f', '-o', '/dev/null', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
