import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { until } from '../support/until.ts';
import { paneOf, startTmux } from '../tui/tmux.ts';
import { installed, ROOT } from './script.ts';

let daemon: Daemon;
/** A copy of the program in a folder whose name has spaces. */
let place: string;

beforeAll(async () => {
  daemon = await startDaemon();
  place = join(mkdtempSync(join(tmpdir(), 'ww-tui-')), 'a folder', 'waterwall');
  mkdirSync(place, { recursive: true });
  for (const part of ['bin', 'deploy', 'dist', 'share']) {
    cpSync(join(ROOT, part), join(place, part), { recursive: true });
  }
  cpSync(join(ROOT, 'package.json'), join(place, 'package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(place, 'node_modules'));
});

afterAll(async () => {
  await daemon.dispose();
  rmSync(join(place, '..', '..'), { recursive: true, force: true });
});

function surroundings() {
  const tmux = startTmux();
  onTestFinished(tmux.close);
  const run = (...args: string[]) => {
    const env = { ...tmux.env, WATERWALL_HOME: daemon.home };
    const { status, stdout, stderr } = spawnSync(join(place, 'deploy', 'waterwall-tui'), args, {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return { code: status, stdout, stderr };
  };
  return { tmux, run, pane: paneOf(tmux, 'waterwall') };
}

const processOf = (tmux: ReturnType<typeof surroundings>['tmux']): number => {
  const shell = tmux.run('display-message', '-p', '-t', '=waterwall:', '#{pane_pid}').trim();
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', shell], { encoding: 'utf8' });
  return Number(stdout.trim().split('\n').at(-1));
};

describe.skipIf(!installed('tmux'))('waterwall-tui', () => {
  test('makes the session once, tells whether it runs, and ends it', async () => {
    const { run, pane, tmux } = surroundings();
    expect(run('--status')).toMatchObject({ code: 1, stderr: 'waterwall-tui: not running\n' });
    expect(run()).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('tmux attach -t waterwall'),
    });
    await pane.sees('ALL WELL');
    expect(run().code).toBe(0);
    expect(tmux.run('list-sessions', '-F', '#{session_name}').match(/waterwall/g)).toHaveLength(1);
    expect(run('--status')).toMatchObject({ code: 0, stdout: 'running, 0 looking\n' });
    expect(run('--kill').code).toBe(0);
    expect(run('--status').code).toBe(1);
    expect(run('--kill').code).toBe(1);
    expect(daemon.running()).toBe(true);
  });

  test('starts again what was killed, and puts the terminal right', async () => {
    const { run, pane, tmux } = surroundings();
    run('--read-only');
    await pane.sees('READ-ONLY');
    const first = processOf(tmux);
    process.kill(first, 'SIGKILL');
    await pane.sees(/ended with status|READ-ONLY/);
    await until(() => processOf(tmux) !== first && pane.text().includes('READ-ONLY'), {
      timeout: 20_000,
    });
  });

  test('q begins it anew for the next who looks', async () => {
    const { run, pane, tmux } = surroundings();
    run();
    await pane.sees('ALL WELL');
    const first = processOf(tmux);
    pane.keys('q');
    await until(
      () => {
        const now = processOf(tmux);
        return now !== first && now > 0;
      },
      { timeout: 20_000 },
    );
    await pane.sees('ALL WELL');
  });

  test('inside of tmux it switches instead of nesting', async () => {
    const { run, pane, tmux } = surroundings();
    const script = join(place, 'deploy', 'waterwall-tui');
    // A client that looks at another session, and calls it there.
    tmux.run(
      'new-session',
      '-d',
      '-s',
      'work',
      '-x',
      '100',
      '-y',
      '30',
      '-e',
      `WATERWALL_HOME=${daemon.home}`,
    );
    const looking = spawn('script', ['-qfec', 'tmux attach -t work', '/dev/null'], {
      env: tmux.env,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    onTestFinished(() => void looking.kill());
    await until(() => tmux.run('list-clients', '-t', '=work').length > 0, { timeout: 20_000 });
    tmux.run('send-keys', '-t', '=work:', `'${script}'`, 'Enter');
    await until(() => run('--status').stdout === 'running, 1 looking\n', { timeout: 20_000 });
    await pane.sees('ALL WELL');
    pane.keys('q');
    await until(() => tmux.run('list-clients', '-t', '=work').length > 0, { timeout: 20_000 });
  });

  test('wrong usage is told, and does not start again and again', async () => {
    const { run, pane } = surroundings();
    run('--theme', 'pink');
    await pane.sees('Enter closes this');
    pane.keys('Enter');
    await until(() => run('--status').code === 1, { timeout: 20_000 });
  });
});
