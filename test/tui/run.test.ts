import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { throwAwayCertificate } from '../../lib/ops/demo/certificate.ts';
import { makeDemoHome } from '../../lib/ops/demo/home.ts';
import { LAUNCHER, removeFolder, temporaryFolder, waterwall } from '../cli/transcript.ts';
import { environment } from '../support/home-template.ts';
import { useRig } from '../support/rig.ts';
import { until } from '../support/until.ts';
import { underScript } from './screen.ts';

const SLOWLY = { timeout: 20_000, every: 50 };

/** A dashboard on a terminal of its own. */
function dashboardOf(home: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
  return onTerminal(home, ['dashboard', ...args], env);
}

/** A command on a terminal of its own. */
function onTerminal(home: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { NO_COLOR: _, FORCE_COLOR: __, ...clean } = environment(home);
  const pty = underScript([process.execPath, LAUNCHER, ...args], 100, 30, {
    ...clean,
    TERM: 'xterm-256color',
    LANG: 'C.UTF-8',
    ...env,
  });
  onTestFinished(pty.dispose);
  const see = (what: string | RegExp) =>
    until(
      () => (typeof what === 'string' ? pty.text().includes(what) : what.test(pty.text())),
      SLOWLY,
    ).catch(() => {
      throw new Error(`never seen: ${what}\n${pty.text()}`);
    });
  return { ...pty, see };
}

/** The process that draws, found by what started it. */
function processOf(home: string): number {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
      const about = readFileSync(`/proc/${name}/environ`, 'utf8');
      if (
        words[0] === process.execPath &&
        words.includes('dashboard') &&
        about.includes(`WATERWALL_HOME=${home}\0`)
      ) {
        return Number(name);
      }
    } catch {}
  }
  throw new Error('no dashboard runs');
}

/** What a terminal must be told before it is somebody else's again. */
function expectClean(raw: string): void {
  for (const [on, off] of [
    ['?1049h', '?1049l'],
    ['?2004h', '?2004l'],
    ['?25l', '?25h'],
  ] as const) {
    expect(raw.lastIndexOf(`\u001b[${off}`), `${off} after ${on}`).toBeGreaterThan(
      raw.lastIndexOf(`\u001b[${on}`),
    );
  }
  for (const mode of ['1000', '1006']) {
    expect(raw.lastIndexOf(`\u001b[?${mode}l`)).toBeGreaterThanOrEqual(
      raw.lastIndexOf(`\u001b[?${mode}h`),
    );
  }
  // stty -a, which ran after it.
  expect(raw).toMatch(/[^-]icanon/);
  expect(raw).toMatch(/[^-]echo /);
}

describe.skipIf(process.platform !== 'linux')('on a terminal', () => {
  const rig = useRig();

  test.each([
    ['q', 0],
    ['\u0003', 0],
  ])('%j quits, and leaves it clean', async (key, status) => {
    const ui = dashboardOf(rig.daemon.home);
    await ui.see('ALL WELL');
    ui.type('m');
    await ui.see('mouse on');
    ui.type(key);
    await ui.see(`[status ${status}]`);
    await ui.exit;
    expectClean(ui.raw());
    expect(ui.raw()).not.toMatch(/Error|\bat \S+:\d+/);
  });

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('%s ends it, and leaves it clean', async (signal, status) => {
    const ui = dashboardOf(rig.daemon.home);
    await ui.see('ALL WELL');
    process.kill(processOf(rig.daemon.home), signal);
    await ui.see(`[status ${status}]`);
    await ui.exit;
    expectClean(ui.raw());
  });

  test('SIGHUP ends it by itself, and leaves it clean', async () => {
    const ui = dashboardOf(rig.daemon.home);
    await ui.see('ALL WELL');
    process.kill(processOf(rig.daemon.home), 'SIGHUP');
    await ui.see('[status 129]');
    await ui.exit;
    expectClean(ui.raw());
  });

  test('arrows whose bytes come apart are arrows, and a paste presses nothing', async () => {
    const ui = dashboardOf(rig.daemon.home);
    await ui.see('ALL WELL');
    ui.type('\u001b[200~k hi\rq\u001b[201~');
    ui.type('\u001b');
    ui.type('[');
    ui.type('C');
    ui.type('?');
    await ui.see('HELP');
    expect(ui.text()).not.toContain('STOP ALL TRAFFIC');
    ui.type(' ');
    ui.type('q');
    await ui.see('[status 0]');
  });

  test('NO_COLOR draws without any colour, --ascii without any other character', async () => {
    const ui = dashboardOf(rig.daemon.home, ['--ascii'], { NO_COLOR: '1' });
    await ui.see('ALL WELL');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are escape sequences
    expect(ui.raw()).not.toMatch(/\x1b\[[\d;]*[34]8;[25]/);
    expect(ui.text()).toMatch(/^[\n -~]*$/);
    ui.type('q');
    await ui.see('[status 0]');
  });

  test('true colour where the terminal says so', async () => {
    const ui = dashboardOf(rig.daemon.home, [], { COLORTERM: 'truecolor' });
    await ui.see('ALL WELL');
    expect(ui.raw()).toContain('38;2;0;255;65');
    ui.type('q');
    await ui.see('[status 0]');
  });

  test.each(['xterm-256color', 'screen-256color', 'tmux-256color', 'xterm-kitty', 'linux'])(
    'under TERM=%s',
    async (term) => {
      const ui = dashboardOf(rig.daemon.home, [], { TERM: term });
      await ui.see('ALL WELL');
      ui.type('q');
      await ui.see('[status 0]');
      expect(ui.raw()).not.toMatch(/Error|plab_norm/);
    },
  );
});

describe.skipIf(process.platform !== 'linux')('up --dashboard', () => {
  /** A home whose folder has a space, as on many a disk. */
  const freshHome = async (): Promise<string> => {
    const folder = temporaryFolder();
    const home = join(folder, 'my home');
    onTestFinished(async () => {
      if (existsSync(pidFile(home))) {
        process.kill(daemonOf(home));
        // Its end writes into the folder.
        await until(() => !existsSync(pidFile(home)), SLOWLY);
      }
      removeFolder(folder);
    });
    const host = 'api.anthropic.com';
    const { cert } = throwAwayCertificate(host, new Date());
    await makeDemoHome(home, host, { port: 9, cert });
    return home;
  };
  const pidFile = (home: string): string => join(home, 'run', 'proxy.pid');
  const daemonOf = (home: string): number => Number(readFileSync(pidFile(home), 'utf8'));

  test('starts the proxy and shows it; quitting leaves the proxy running', async () => {
    const home = await freshHome();
    const ui = onTerminal(home, ['up', '--dashboard']);
    await ui.see('ALL WELL');
    await ui.see('waterwall run -- claude');
    ui.type('q');
    await ui.see('[status 0]');
    await ui.exit;
    expectClean(ui.raw());
    expect(process.kill(daemonOf(home), 0)).toBe(true);
    // The second time there is nothing to start.
    const before = daemonOf(home);
    const again = onTerminal(home, ['up', '--dashboard']);
    await again.see('ALL WELL');
    again.type('q');
    await again.see('[status 0]');
    expect(daemonOf(home)).toBe(before);
  });

  test('without a terminal it starts nothing', async () => {
    const home = await freshHome();
    const { code, stderr } = await waterwall(['up', '--dashboard'], { home });
    expect([code, stderr]).toEqual([2, expect.stringContaining('needs a terminal')]);
    expect(existsSync(pidFile(home))).toBe(false);
  });
});

test('without a terminal it says so', async () => {
  const { code, stderr } = await waterwall(['dashboard']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('needs a terminal')]);
});
