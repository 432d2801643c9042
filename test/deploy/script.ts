import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url));

/** What a script left behind. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a file of `deploy/` to its end; two minutes at most. */
export function script(path: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Ran {
  return command(join(ROOT, 'deploy', path), args, env);
}

/** Runs a program to its end, without the surroundings of whoever runs the tests. */
export function command(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Ran {
  const { PATH, HOME, TMPDIR } = process.env;
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    env: { PATH, HOME, TMPDIR, ...env },
    encoding: 'utf8',
    timeout: 120_000,
  });
  if (error !== undefined) throw error;
  return { code: status, stdout, stderr };
}

/** Whether a program is in PATH: what is not on every machine is asked for by name. */
export function installed(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
