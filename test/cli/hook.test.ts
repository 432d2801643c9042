import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { conforming } from './schema.ts';
import { LAUNCHER, removeFolder, start, temporaryFolder, waterwall } from './transcript.ts';

let folder: string;
let settings: string;
const folders: string[] = [];
beforeEach(() => {
  folder = temporaryFolder();
  folders.push(folder);
  settings = join(folder, '.claude', 'settings.json');
});
afterAll(() => {
  for (const each of folders) removeFolder(each);
});

const hook = (...args: string[]) =>
  waterwall(['hook', ...args], { home: folder, env: { HOME: folder, CLAUDE_CONFIG_DIR: '' } });

function write(text: string): void {
  mkdirSync(join(folder, '.claude'), { recursive: true });
  writeFileSync(settings, text);
}

const read = (): string => readFileSync(settings, 'utf8');

const MINE = '{\n    // mine\n    "model": "opus" /* why */,\n    "hooks": {"Stop": []}\n}';

describe('hook install', () => {
  test('makes the settings where there are none; uninstall removes them again', async () => {
    const { code, stdout } = await hook('install', '--json');
    expect(code).toBe(0);
    expect(conforming('cli-hook', stdout)).toMatchObject({
      settings,
      active: true,
      session_start: 'installed',
      gate: 'installed',
      statusline: 'absent',
      changed: [settings],
      backup: null,
    });
    const { hooks } = JSON.parse(read());
    expect(hooks.SessionStart[0].hooks[0].command).toContain(`${LAUNCHER} hook session-start`);
    expect(hooks.UserPromptSubmit[0].hooks[0].command).toContain(`WATERWALL_HOME=${folder} `);
    expect((await hook('uninstall')).code).toBe(0);
    expect(existsSync(settings)).toBe(false);
  });

  test('keeps the rest, backs it up, is idempotent; uninstall gives it back byte for byte', async () => {
    write(MINE);
    chmodSync(settings, 0o640);
    const first = await hook('install', '--statusline', '--memory');
    expect(first.code).toBe(0);
    expect(first.stderr).toContain(`${settings}.before-waterwall`);
    const installed = read();
    expect(installed).toContain('// mine\n    "model": "opus" /* why */,');
    expect(statSync(settings).mode & 0o777).toBe(0o640);
    expect(readFileSync(`${settings}.before-waterwall`, 'utf8')).toBe(MINE);
    expect(readFileSync(join(folder, '.claude', 'CLAUDE.md'), 'utf8')).toContain('<pl:TYPE:HEX>');

    const again = await hook('install', '--statusline', '--memory');
    expect(again.stderr).toContain('everything was there already');
    expect(read()).toBe(installed);

    const { code, stdout } = await hook('uninstall', '--json');
    expect(code).toBe(0);
    expect(conforming('cli-hook', stdout)).toMatchObject({ active: false, backup: null });
    expect(read()).toBe(MINE);
    expect(statSync(settings).mode & 0o777).toBe(0o640);
    expect(existsSync(join(folder, '.claude', 'CLAUDE.md'))).toBe(false);
    expect((await hook('uninstall')).stderr).toContain('nothing was installed');
  });

  test('what was changed since stays when it is uninstalled', async () => {
    write(MINE);
    await hook('install');
    writeFileSync(settings, read().replace('opus', 'sonnet'));
    await hook('uninstall');
    expect(read()).toBe(MINE.replace('opus', 'sonnet'));
  });

  test('a link stays a link', async () => {
    mkdirSync(join(folder, '.claude'));
    writeFileSync(join(folder, 'dotfile.json'), MINE);
    symlinkSync('../dotfile.json', settings);
    await hook('install');
    expect(lstatSync(settings).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder, 'dotfile.json'), 'utf8')).toContain('hook gate');
  });

  test('takes CLAUDE_CONFIG_DIR and --settings', async () => {
    const elsewhere = join(folder, 'elsewhere');
    const env = { HOME: folder, CLAUDE_CONFIG_DIR: elsewhere };
    await waterwall(['hook', 'install'], { env });
    expect(existsSync(join(elsewhere, 'settings.json'))).toBe(true);
    const named = join(folder, 'named.json');
    await waterwall(['hook', 'install', '--settings', named], { env });
    expect(existsSync(named)).toBe(true);
    expect(existsSync(settings)).toBe(false);
  });

  test('settings that cannot be read are refused and left alone, 2', async () => {
    write('{"model": ');
    const { code, stderr } = await hook('install');
    expect(code).toBe(2);
    expect(stderr).toMatch(/line 1, column \d+/);
    expect(read()).toBe('{"model": ');
    expect(existsSync(`${settings}.before-waterwall`)).toBe(false);
  });
});

describe('hook status', () => {
  test('1 and how to install where nothing is', async () => {
    const { code, stdout, stderr } = await hook('status');
    expect(code).toBe(1);
    expect(stdout).toMatch(/SessionStart +absent/);
    expect(stderr).toContain('waterwall hook install');
    conforming('cli-hook', (await hook('status', '--json')).stdout);
  });

  test('1 where the agent runs no hooks, or those of another installation', async () => {
    write('{"disableAllHooks": true}');
    await hook('install');
    const disabled = await hook('status');
    expect(disabled.code).toBe(1);
    expect(disabled.stderr).toContain('disableAllHooks');
    write(JSON.stringify(JSON.parse(read())).replaceAll(LAUNCHER, '/gone/bin/waterwall.js'));
    const moved = await hook('status', '--json');
    expect(moved.code).toBe(1);
    expect(conforming('cli-hook', moved.stdout)).toMatchObject({ gate: 'outdated' });
  });
});

describe('what the agent runs, without a proxy', () => {
  test('session-start: a warning, and 0', async () => {
    const { code, stdout } = await hook('session-start');
    expect(code).toBe(0);
    expect(conforming('cli-pre-launch-hook', stdout)).toMatchObject({
      hookSpecificOutput: { additionalContext: expect.stringContaining('is not running') },
    });
  });

  test('gate: 2, and why', async () => {
    const { code, stdout, stderr } = await hook('gate');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('waterwall up');
  });

  test('gate: 2 where what listens never answers', async () => {
    mkdirSync(join(folder, 'run'));
    const silent = createServer((socket) => socket.on('error', () => {}));
    await new Promise((resolve) => {
      silent.listen(join(folder, 'run', 'admin.sock'), () => resolve(0));
    });
    try {
      expect((await hook('gate')).code).toBe(2);
    } finally {
      silent.close();
    }
  });

  test('the command in the settings blocks where the program is gone', async () => {
    await hook('install');
    const { command } = JSON.parse(read()).hooks.UserPromptSubmit[0].hooks[0];
    const { spawnSync } = await import('node:child_process');
    const run = (line: string) => spawnSync('/bin/sh', ['-c', line]).status;
    expect(run(command)).toBe(2);
    expect(run(command.replaceAll(LAUNCHER, '/gone/waterwall.js'))).toBe(2);
  });

  test('statusline: one line, 0, whatever it is told', async () => {
    for (const stdin of ['', '{', 'null', '{"session_id":"x"}', 'x'.repeat(100_000)]) {
      const { code, stdout } = await waterwall(['statusline'], { home: folder, stdin });
      expect(code).toBe(0);
      expect(stdout).toMatch(/^[^\n]*waterwall down[^\n]*\n$/);
    }
  });

  test('statusline does not wait for an end of stdin', async () => {
    const child = start(['statusline'], { home: folder }, ['pipe', 'pipe', 'pipe']);
    const code = await new Promise((resolve) => child.once('close', resolve));
    child.stdin?.destroy();
    expect(code).toBe(0);
  });
});

describe('what the agent runs, with a proxy', () => {
  let daemon: Daemon;
  beforeAll(async () => {
    daemon = await startDaemon();
  });
  afterAll(() => daemon.dispose());

  test('session-start and gate are silent, 0', async () => {
    const silent = { code: 0, stdout: '', stderr: '' };
    expect(await waterwall(['hook', 'session-start'], { home: daemon.home })).toEqual(silent);
    expect(await waterwall(['hook', 'gate'], { home: daemon.home })).toEqual(silent);
  });

  test('statusline: what was done for this session; no colours where they are not wanted', async () => {
    const line = async (session: string, env = {}): Promise<string> => {
      const stdin = JSON.stringify({ session_id: session, cwd: '/' });
      return (await waterwall(['statusline'], { home: daemon.home, stdin, env })).stdout;
    };
    expect(await line('unknown')).toContain('no request of this session yet');
    await daemon.ask({ headers: { 'x-claude-code-session-id': 'known' }, body: {} });
    expect(await line('known')).toContain('\u001b[32m');
    expect(await line('known', { NO_COLOR: '1' })).toBe('● waterwall 0 redacted, 0 restored\n');
  });

  test('with the kill switch engaged: the warning, the block, the line', async () => {
    await daemon.admin('POST', '/admin/killswitch', { action: 'arm', reason: 'a test' });
    const told = await waterwall(['hook', 'session-start'], { home: daemon.home });
    expect(told.code).toBe(0);
    expect(JSON.parse(told.stdout).systemMessage).toContain('kill switch is engaged');
    const gated = await waterwall(['hook', 'gate'], { home: daemon.home });
    expect(gated.code).toBe(2);
    expect(gated.stderr).toContain('waterwall killswitch disarm');
    expect((await waterwall(['statusline'], { home: daemon.home })).stdout).toContain('stopped');
  });
});
