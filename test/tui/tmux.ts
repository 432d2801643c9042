import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../support/until.ts';

const SLOWLY = { timeout: 30_000, every: 100 };

/** A tmux server of its own. */
export interface Tmux {
  /** Runs a tmux command; its output. */
  readonly run: (...args: string[]) => string;
  /** What makes other programs talk to this server. */
  readonly env: Readonly<Record<string, string>>;
  readonly close: () => void;
}

/** Starts one; `term` is what programs in it are told that they run on. */
export function startTmux(term = 'tmux-256color'): Tmux {
  const folder = mkdtempSync(join(tmpdir(), 'ww-tmux-'));
  const { PATH, HOME } = process.env;
  const env = {
    PATH: PATH ?? '',
    HOME: HOME ?? '/',
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    TMUX_TMPDIR: folder,
  };
  const run = (...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync('tmux', ['-f', '/dev/null', ...args], {
      env,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`tmux ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  // A session that holds the server, and its options, while others come and go.
  run('new-session', '-d', '-s', 'holder', 'sleep', '600');
  run('set-option', '-g', 'default-terminal', term);
  return {
    run,
    env,
    close() {
      spawnSync('tmux', ['kill-server'], { env });
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** What is on a pane, and keys for it. */
export function paneOf({ run }: Tmux, session: string) {
  const target = `=${session}:`;
  const text = (): string => run('capture-pane', '-p', '-t', target);
  return {
    text,
    keys: (...keys: string[]) => run('send-keys', '-t', target, ...keys),
    /** Letter by letter, whatever they spell. */
    write: (letters: string) => run('send-keys', '-t', target, '-l', letters),
    async sees(what: string | RegExp): Promise<void> {
      const there = (): boolean =>
        typeof what === 'string' ? text().includes(what) : what.test(text());
      await until(there, SLOWLY).catch(() => {
        throw new Error(`never seen: ${what}\n${text()}`);
      });
    },
  };
}
