import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PROVIDER_HOSTS } from './provider.ts';

const run = promisify(execFile);

/** The program under test: this tree's own build, or an installed copy of the package. */
const ROOT =
  process.env['WATERWALL_UNDER_TEST'] ?? fileURLToPath(new URL('../..', import.meta.url));
export const LAUNCHER = join(ROOT, 'bin', 'waterwall.js');
const COMPILED = join(ROOT, 'dist', 'program', 'main.js');

/** Hosts every home of a test permits, and the grammar of each. */
export const TEST_HOSTS: Readonly<Record<string, string>> = {
  'api.anthropic.com': 'anthropic',
  'api.openai.com': 'openai',
  'api.deepseek.com': 'openai',
  'openrouter.ai': 'openai',
  'plain.example': 'none',
};

/**
 * Copies a fresh, initialised home into a new folder. Its CA takes a second to make, so that all
 * homes of one build share it, and everything else that `init` makes, keys included.
 */
export async function copyHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'ww-'));
  await cp(await template(), home, { recursive: true, preserveTimestamps: true });
  return home;
}

const PREFIX = 'waterwall-test-home-';
const STALE_AFTER = 60 * 60 * 1000;

let made: Promise<string> | undefined;

function template(): Promise<string> {
  made ??= makeTemplate();
  return made;
}

async function makeTemplate(): Promise<string> {
  const { mtimeMs } = await stat(COMPILED);
  const key = createHash('sha256')
    .update(
      JSON.stringify([ROOT, mtimeMs, process.versions.node, process.getuid?.(), PROVIDER_HOSTS]),
    )
    .digest('hex')
    .slice(0, 12);
  const ready = join(tmpdir(), `${PREFIX}${key}`);
  if (await isOurs(ready)) return ready;
  const home = await mkdtemp(join(tmpdir(), 'ww-new-'));
  await mkdir(join(home, 'etc'), { mode: 0o700 });
  const hosts = Object.entries(TEST_HOSTS).map(([host, sse_handler]) => ({ host, sse_handler }));
  await writeFile(join(home, 'etc', 'permitted_hosts.yaml'), JSON.stringify({ hosts }));
  await run(process.execPath, [LAUNCHER, 'init'], { env: environment(home), timeout: 30_000 });
  try {
    await rename(home, ready);
  } catch {
    // Another worker was faster; its template is as good.
    await rm(home, { recursive: true });
  }
  await removeStale(ready);
  return ready;
}

/** Templates of builds that are gone; one that another run may just be copying is kept. */
async function removeStale(current: string): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const path = join(tmpdir(), name);
    if (!name.startsWith(PREFIX) || path === current || !(await isOurs(path))) continue;
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > STALE_AFTER) await rm(path, { recursive: true, force: true });
  }
}

/** Under a shared temporary folder somebody else could have prepared a home for us. */
async function isOurs(path: string): Promise<boolean> {
  try {
    const found = await stat(path);
    return found.isDirectory() && found.uid === process.getuid?.();
  } catch {
    return false;
  }
}

/** An environment without the proxy, home and trust variables of whoever runs the tests. */
export function environment(home: string): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: home, TMPDIR: tmpdir(), WATERWALL_HOME: home };
}
