import { type SpawnOptions, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The launcher; what it loads must have been built. */
export const LAUNCHER: string = fileURLToPath(new URL('../../bin/waterwall.js', import.meta.url));

/** What a command left behind. */
export interface Transcript {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly home?: string;
  readonly stdin?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** Runs `waterwall ARGS…` to its end. */
export function waterwall(args: readonly string[], around: Surroundings = {}): Promise<Transcript> {
  const child = start(args, around, ['pipe', 'pipe', 'pipe']);
  return new Promise((resolve, reject) => {
    const texts = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.setEncoding('utf8').on('data', (text: string) => {
        texts[name] += text;
      });
    }
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...texts }));
    child.stdin?.on('error', () => {});
    child.stdin?.end(around.stdin ?? '');
  });
}

/** Starts it, and leaves it running. */
export function start(args: readonly string[], around: Surroundings, stdio: SpawnOptions['stdio']) {
  const { NO_COLOR: _, FORCE_COLOR: __, ...env } = process.env;
  return spawn(process.execPath, [LAUNCHER, ...args], {
    cwd: around.cwd,
    env: {
      ...env,
      ...(around.home === undefined ? {} : { WATERWALL_HOME: around.home }),
      ...around.env,
    },
    ...(stdio === undefined ? {} : { stdio }),
  });
}

/** A new empty folder. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'ww-cli-'));
}

/** Removes one. */
export function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true });
}
