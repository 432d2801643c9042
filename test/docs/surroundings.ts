import { spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Block } from './blocks.ts';

export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url));

/** What of a checkout the documents' commands use. */
const CHECKOUT = ['bin', 'deploy', 'dist', 'docs', 'lib', 'node_modules', 'package.json', 'share'];

/** Stand-ins: the real ones are tried by `npm run test:agents`. */
const AGENTS = ['claude', 'codex', 'opencode', 'hermes'];

export interface Outcome {
  /** Undefined where every block ended as it should. */
  readonly failure: string | undefined;
  readonly output: string;
}

const TIME_LIMIT = 180_000;

/**
 * Runs a document's blocks in one shell, in order, in a checkout and a home of their own: what one
 * exports or starts, the next ones find. Whatever they started is ended afterwards.
 *
 * @param before - commands that make what the document takes for granted
 */
export async function runBlocks(blocks: readonly Block[], before = ''): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'ww-docs-'));
  const home = join(folder, 'ww');
  const work = join(folder, 'checkout');
  prepare(folder, home, work);
  const script = join(folder, 'document.sh');
  const toRun = blocks.filter(({ notRun }) => notRun === undefined);
  writeFileSync(script, scriptOf(toRun, before));
  try {
    return await run(script, work, {
      PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
      HOME: folder,
      TMPDIR: tmpdir(),
      WATERWALL_HOME: home,
      NO_COLOR: '1',
      LANG: 'C.UTF-8',
    });
  } finally {
    endDaemon(home);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function prepare(folder: string, home: string, work: string): void {
  for (const path of [join(home, 'etc'), work, join(folder, 'bin')])
    mkdirSync(path, { recursive: true, mode: 0o700 });
  // Ports of the system's choice: the usual ones may be taken.
  writeFileSync(
    join(home, 'etc', 'config.yaml'),
    'listen: 127.0.0.1:0\nmetrics: { listen: "127.0.0.1:0" }\n',
    { mode: 0o600 },
  );
  for (const name of CHECKOUT) symlinkSync(join(ROOT, name), join(work, name));
  writeFileSync(join(work, '.env'), 'GITHUB_TOKEN=ghp_16C7e42F292c6912E7710c838347Ae178B4a\n');
  symlinkSync(join(ROOT, 'bin', 'waterwall.js'), join(folder, 'bin', 'waterwall'));
  for (const agent of AGENTS) {
    const path = join(folder, 'bin', agent);
    writeFileSync(path, '#!/bin/sh\ntest -n "$HTTPS_PROXY"\n');
    chmodSync(path, 0o755);
  }
}

/** Each block is told before it runs; one that should fail runs in a shell that goes on. */
function scriptOf(blocks: readonly Block[], before: string): string {
  const parts = blocks.map(({ line, text, exit }) => {
    const announce = `printf '\\n@block %d\\n' ${line}`;
    if (exit === 0) return `${announce}\n${text}`;
    return `${announce}\nset +e\n(\n${text}\n)\nstatus=$?\nset -e\n[ "$status" = ${exit} ]`;
  });
  return ['set -euo pipefail', before, ...parts, "printf '\\n@end\\n'", ''].join('\n');
}

function run(script: string, cwd: string, env: NodeJS.ProcessEnv): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    // A group of its own, so that what it left behind can be ended with it.
    const child = spawn('bash', [script], {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    const end = (): void => {
      try {
        process.kill(-(child.pid as number), 'SIGKILL');
      } catch {
        // Nothing is left of it.
      }
    };
    const limit = setTimeout(end, TIME_LIMIT);
    child.once('error', reject);
    // `close` would wait for a daemon that holds the pipes.
    child.once('exit', (code) => {
      clearTimeout(limit);
      end();
      setImmediate(() => {
        const line = [...output.matchAll(/^@block (\d+)$/gm)].at(-1)?.[1];
        const done = code === 0 && output.endsWith('\n@end\n');
        resolve({
          output,
          failure: done ? undefined : `the block at line ${line} (status ${code})`,
        });
      });
    });
  });
}

function endDaemon(home: string): void {
  try {
    process.kill(Number(readFileSync(join(home, 'run', 'proxy.pid'), 'utf8')), 'SIGKILL');
  } catch {
    // None runs.
  }
}
