import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Agent, Setting } from './agents.ts';
import { type Run, runAgent } from './run.ts';

/** The file an agent reads, and the one it writes. */
export const READ = 'settings.txt';
export const WRITTEN = 'copy.txt';

/** One run of an agent, with a home and a workspace of its own. */
export interface Staged {
  readonly run: Run;
  /** What it wrote; undefined where it wrote nothing. */
  readonly written: string | undefined;
}

/** Lets an agent play a prompt behind a proxy. */
export async function stage(
  agent: Agent,
  command: string,
  given: {
    readonly proxyPort: number;
    /** PEM. */
    readonly roots: string;
    readonly file: string;
    readonly prompt: (setting: Setting) => string;
    readonly timeout?: number;
  },
): Promise<Staged> {
  const home = await mkdtemp(join(tmpdir(), 'waterwall-agent-'));
  try {
    const setting = {
      home,
      workspace: join(home, 'work'),
      proxy: `http://127.0.0.1:${given.proxyPort}`,
      roots: join(home, 'roots.pem'),
    };
    await mkdir(setting.workspace);
    await writeFile(setting.roots, given.roots);
    await writeFile(join(setting.workspace, READ), given.file);
    await agent.prepare?.(setting);
    const run = await runAgent([command, ...agent.args(given.prompt(setting))], {
      cwd: setting.workspace,
      env: { PATH: process.env['PATH'], HOME: home, ...agent.env(setting) },
      ...(given.timeout === undefined ? {} : { timeout: given.timeout }),
    });
    const written = await readFile(join(setting.workspace, WRITTEN), 'utf8').catch(() => undefined);
    return { run, written };
  } finally {
    // An agent's own helpers may still write into its home while they end.
    await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
