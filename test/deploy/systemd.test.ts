import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { command, installed, type Ran, ROOT, script } from './script.ts';

const LINUX = process.platform === 'linux' && installed('flock') && installed('systemd-notify');
const KEYS = ['ca.key', 'session.key', 'known_secrets.yaml'];
const UNITS = join(ROOT, 'deploy', 'systemd');
const units = (ending: string): string[] =>
  readdirSync(UNITS).filter((name) => name.endsWith(ending));

let prefix: string;
let first: Ran;
const at = (...path: string[]): string => join(prefix, ...path);
const modeOf = (path: string): number => statSync(path).mode & 0o777;
const install = (...args: string[]): Ran =>
  script('systemd/install.sh', ['--prefix', prefix, ...args]);
const uninstall = (...args: string[]): Ran =>
  script('systemd/uninstall.sh', ['--prefix', prefix, ...args]);
/** The lines of what was done, by their first word. */
const did = (ran: Ran, word: string): string[] =>
  ran.stdout.split('\n').flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(9)] : []));

// Needs flock and systemd-notify, which the service needs too.
describe.runIf(LINUX)('install.sh', { timeout: 180_000 }, () => {
  beforeAll(() => {
    prefix = mkdtempSync(join(tmpdir(), 'ww-install-'));
    first = install();
  });
  afterAll(() => rmSync(prefix, { recursive: true, force: true }));

  test('makes program, homes, keys, units and links, and says so', () => {
    expect(first).toMatchObject({ code: 0, stderr: '' });
    for (const path of ['etc/waterwall/ca.key', 'var/log/waterwall/chain'])
      expect(did(first, 'made')).toContain(at(path));
    expect(first.stdout).toContain('What comes next');
    for (const unit of [...units('.service'), ...units('.timer')])
      expect(readFileSync(at('usr/local/lib/systemd/system', unit))).toEqual(
        readFileSync(join(UNITS, unit)),
      );
    expect(readlinkSync(at('usr/local/bin/waterwall'))).toBe(
      '/opt/waterwall/current/bin/waterwall.js',
    );
  });

  test('keys are private, folders known-good', () => {
    for (const name of KEYS) expect(modeOf(at('etc/waterwall', name)), name).toBe(0o600);
    expect(modeOf(at('etc/waterwall'))).toBe(0o750);
    expect(modeOf(at('var/log/waterwall'))).toBe(0o750);
    const state = at('var/lib/waterwall-signer');
    expect(modeOf(state)).toBe(0o700);
    for (const name of ['log.key', 'manifest.key']) expect(modeOf(join(state, name))).toBe(0o600);
    expect(readFileSync(at('etc/waterwall/signing.pub'))).toEqual(
      readFileSync(join(state, 'vkeys')),
    );
    // The proxy has none of its own.
    expect(existsSync(at('var/log/waterwall/signer'))).toBe(false);
  });

  test('the installed program runs from where it is, without what only development needs', () => {
    const current = at('opt/waterwall/current');
    const ran = command(process.execPath, [join(current, 'bin/waterwall.js'), 'demo'], {
      PATH: process.env['PATH'],
    });
    expect(ran).toMatchObject({ code: 0 });
    expect(existsSync(join(current, 'node_modules/commander'))).toBe(true);
    for (const name of ['typescript', 'vitest']) {
      expect(existsSync(join(current, 'node_modules', name)), name).toBe(false);
    }
    for (const agent of ['claude', 'codex', 'opencode', 'hermes'])
      expect(readlinkSync(join(current, 'deploy/wrappers', agent))).toBe('waterwall-launch');
  });

  test('again: makes nothing, and leaves configuration, keys and log as they are', () => {
    appendFileSync(at('etc/waterwall/config.yaml'), '# mine\n');
    const files = [...KEYS, 'ca.pem', 'config.yaml', 'signing.pub'].map((name) =>
      at('etc/waterwall', name),
    );
    const before = files.map((file) => readFileSync(file));
    const again = install();
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(did(again, 'made')).toEqual([]);
    expect(did(again, 'updated')).toEqual([]);
    expect(files.map((file) => readFileSync(file))).toEqual(before);
  });

  test('another version comes beside the old one; a foreign program keeps its name', () => {
    const unit = at('usr/local/lib/systemd/system/waterwall.service');
    writeFileSync(unit, '[Unit]\n');
    const current = at('opt/waterwall/current');
    unlinkSync(current);
    symlinkSync('0.0.9-000000000000', current);
    unlinkSync(at('usr/local/bin/waterwall'));
    writeFileSync(at('usr/local/bin/waterwall'), '#!/bin/sh\n');
    const ran = install();
    expect(did(ran, 'updated')).toEqual([expect.stringMatching(/current -> \d/), unit]);
    expect(did(ran, 'left')).toEqual([expect.stringContaining('usr/local/bin/waterwall')]);
  });

  test('loosened keys are tightened, a lost link is made again', () => {
    chmodSync(at('etc/waterwall/ca.key'), 0o644);
    unlinkSync(at('usr/local/bin/waterwall'));
    expect(did(install(), 'made')).toHaveLength(1);
    expect(modeOf(at('etc/waterwall/ca.key'))).toBe(0o600);
  });

  test.each([
    [['--no-such'], 2, 'usage'],
    [['--operator'], 1, '--operator needs a user'],
  ])('refuses %s', (args, code, message) => {
    const ran = script('systemd/install.sh', args);
    expect(ran.code).toBe(code);
    expect(ran.stderr).toContain(message);
  });

  test('uninstall keeps keys and log, --purge does not', () => {
    const gone = uninstall();
    expect(gone).toMatchObject({ code: 0, stderr: '' });
    const kept = ['etc/waterwall', 'var/log/waterwall', 'var/lib/waterwall-signer'];
    expect(did(gone, 'kept')).toEqual(kept.map((path) => at(path)));
    for (const path of ['opt/waterwall', 'usr/local/bin/waterwall', 'etc/logrotate.d/waterwall'])
      expect(existsSync(at(path)), path).toBe(false);
    expect(readdirSync(at('usr/local/lib/systemd/system'))).toEqual([]);
    expect(existsSync(at('etc/waterwall/ca.key'))).toBe(true);
    expect(did(install(), 'kept')).toContain(
      `CA, keys and configuration in ${at('etc/waterwall')}`,
    );
    expect(uninstall('--purge').code).toBe(0);
    for (const path of kept) expect(existsSync(at(path)), path).toBe(false);
    expect(uninstall()).toMatchObject({ code: 0, stderr: '' });
  });
});

/** `--offline` came with 250. */
const ANALYZE =
  installed('systemd-analyze') &&
  Number(/\d+/.exec(command('systemd-analyze', ['--version']).stdout)?.[0]) >= 250;

// Needs systemd-analyze, which comes with systemd alone.
describe.runIf(ANALYZE)('the units', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ww-units-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const services = units('.service').filter((name) => name !== 'waterwall-restart.service');

  test.each(services)('%s is exposed by 2.0 at most', (name) => {
    const { stdout } = command('systemd-analyze', [
      'security',
      '--offline=true',
      '--no-pager',
      join(UNITS, name),
    ]);
    const level = /Overall exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1];
    expect(Number(level)).toBeLessThanOrEqual(2);
  });

  test('systemd finds nothing wrong with them', () => {
    // It looks whether programs are there: this Node stands for the installed one.
    const names = [...units('.service'), ...units('.timer')];
    for (const name of names) {
      const text = readFileSync(join(UNITS, name), 'utf8');
      writeFileSync(join(folder, name), text.replaceAll('/opt/waterwall/node', process.execPath));
    }
    const ran = command('systemd-analyze', [
      'verify',
      '--man=no',
      ...names.map((name) => join(folder, name)),
    ]);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
  });

  test('keep the sentinel, dump and swap nothing, and verify before they start', () => {
    const unit = readFileSync(join(UNITS, 'waterwall.service'), 'utf8');
    for (const line of [
      'Type=notify',
      'NotifyAccess=all',
      'RuntimeDirectoryPreserve=yes',
      'LimitCORE=0',
      'MemorySwapMax=0',
    ])
      expect(unit.split('\n')).toContain(line);
    expect(unit).toMatch(/^ExecStartPre=.* verify-install$/m);
    expect(unit).toMatch(/^WatchdogSec=/m);
    expect(unit).toMatch(/^UnsetEnvironment=.*NODE_OPTIONS/m);
  });
});
