import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { LAUNCHER } from '../cli/transcript.ts';
import { installed } from '../deploy/script.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { startProvider } from '../support/provider.ts';
import { until } from '../support/until.ts';
import { paneOf, startTmux } from './tmux.ts';

const SIZES = [
  ['40x10', 40, 10, 'xterm-256color'],
  ['80x24', 80, 24, 'screen-256color'],
  ['200x60', 200, 60, 'tmux-256color'],
] as const;
const TOKEN = `ghp_${'0aB1'.repeat(9)}`;
const homes: Daemon[] = [];

afterEach(async () => {
  for (const each of homes.splice(0)) await each.dispose();
});

async function running(): Promise<Daemon> {
  const provider = await startProvider();
  onTestFinished(provider.close);
  const daemon = await startDaemon({ provider });
  homes.push(daemon);
  return daemon;
}

/** A dashboard in a window of tmux. */
function watching(daemon: Pick<Daemon, 'home'>, columns: number, rows: number, term: string) {
  const tmux = startTmux(term);
  onTestFinished(tmux.close);
  const size = ['-x', String(columns), '-y', String(rows)];
  const env = ['-e', `WATERWALL_HOME=${daemon.home}`, '-e', `HOME=${daemon.home}`];
  const command = [process.execPath, LAUNCHER, 'dashboard'];
  tmux.run('new-session', '-d', '-s', 'ww', ...size, ...env, '--', ...command);
  tmux.run('set-option', '-t', '=ww:', 'status', 'off');
  tmux.run('set-option', '-w', '-t', '=ww:', 'remain-on-exit', 'on');
  return { tmux, ...paneOf(tmux, 'ww') };
}

const armed = async (daemon: Daemon): Promise<boolean> =>
  ((await daemon.admin('GET', '/admin/state')).json()['killswitch'] as { active: boolean }).active;

describe.skipIf(!installed('tmux')).each(SIZES)('in tmux, %s', (_name, columns, rows, term) => {
  test('an operator stops everything, and lets it go on', async () => {
    const daemon = await running();
    const ui = watching(daemon, columns, rows, term);
    await ui.sees('ALL WELL');
    await daemon.ask({
      headers: { 'x-claude-code-session-id': 'session-1' },
      body: { messages: [{ role: 'user', content: `use ${TOKEN}` }] },
    });
    await ui.sees(/session-.*GITHUB_TO/);
    expect(ui.text()).not.toContain(TOKEN.slice(4, 12));
    ui.keys('k');
    await ui.sees('STOP ALL TRAFFIC');
    ui.write('key leaked');
    ui.keys('Enter', 'Enter');
    await ui.sees('ALL TRAFFIC IS STOPPED');
    expect(await armed(daemon)).toBe(true);
    ui.keys('Enter');
    await ui.sees('KILL SWITCH ENGAGED');
    ui.keys('k');
    await ui.sees('REOPENS');
    ui.write('DISARM');
    ui.keys('Enter', 'Enter', 'Enter');
    await ui.sees('TRAFFIC FLOWS AGAIN');
    expect(await armed(daemon)).toBe(false);
    ui.keys('Enter');
    await ui.sees('ALL WELL');
  }, 120_000);

  test('reloads, verifies, exports, and comes back when the daemon does', async () => {
    const daemon = await running();
    const ui = watching(daemon, columns, rows, term);
    await ui.sees('ALL WELL');
    const patterns = join(daemon.home, 'etc', 'patterns.yaml');
    const good = 'patterns:\n  - { type: ACME_TOKEN, regex: "acme_[a-z0-9]{32}" }\n';
    writeFileSync(patterns, good);
    ui.keys('r');
    // Whoever is first: the key, or the watch that takes over what is saved.
    await ui.sees(/RELOAD: (IN FORCE|NOTHING CHANGED)/);
    ui.keys('Enter');
    writeFileSync(patterns, 'patterns:\n  - { type: acme, regex: "(" }\n');
    ui.keys('r');
    await ui.sees('RELOAD REFUSED');
    ui.keys('Enter');
    writeFileSync(patterns, good);
    ui.keys('r');
    await ui.sees(/RELOAD: /);
    ui.keys('Enter');
    await ui.sees('ALL WELL');
    ui.keys('v');
    await ui.sees(/\d+ of 10 fine/);
    // Not Escape: with the key after it, that would be one with Alt.
    ui.keys('Enter');
    await ui.sees('k kill switch');

    ui.keys('e');
    await ui.sees('EXPORT EVIDENCE');
    ui.keys('Enter');
    await ui.sees('written');
    expect(readdirSync(daemon.home)).toContainEqual(
      expect.stringMatching(/^waterwall-evidence-\d{8}\.tar\.gz$/),
    );
    ui.keys('Enter', 'e', 'Enter');
    await ui.sees('already');
    ui.keys('o');
    await ui.sees('written');
    ui.keys('Enter');

    await daemon.stop();
    await ui.sees('OFFLINE');
    expect(ui.text()).not.toContain('ALL WELL');
    const again = await startDaemon({ home: daemon.home });
    homes.push(again);
    await ui.sees('ALL WELL');
  }, 120_000);

  test('the window changes its size, and its end is the dashboard’s end', async () => {
    const daemon = await running();
    const ui = watching(daemon, columns, rows, term);
    await ui.sees('ALL WELL');
    ui.tmux.run('set-option', '-g', 'window-size', 'manual');
    for (const [width, height, sign] of [
      [200, 60, 'BY HOST'],
      [90, 26, 'MAP / PATTERNS'],
      [60, 20, 'LIVE ACTIVITY'],
      [40, 10, 'ALL WELL'],
    ] as const) {
      ui.tmux.run('resize-window', '-t', '=ww:', '-x', String(width), '-y', String(height));
      await ui.sees(sign);
      expect(
        ui
          .text()
          .split('\n')
          .every((line) => line.length <= width),
      ).toBe(true);
    }
    const pid = ui.tmux.run('display-message', '-p', '-t', '=ww:', '#{pane_pid}').trim();
    expect(existsSync(`/proc/${pid}`)).toBe(true);
    ui.tmux.run('kill-pane', '-t', '=ww:');
    await until(() => !existsSync(`/proc/${pid}`), { timeout: 20_000 });
  }, 120_000);
});
