import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFile, replaceFile } from '../../lib/config/atomic.ts';
import { filesOf } from '../../lib/config/files.ts';
import { type HomePart, initHome } from '../../lib/config/init.ts';
import { requirePrivate, socketMode, tightenFolder } from '../../lib/config/modes.ts';
import { loadSessionKey, sessionKeyPart } from '../../lib/config/session-key.ts';
import type { Homes } from '../../lib/config/types.ts';
import { failure, homesWith } from './fixture.ts';

const ROOT = process.getuid?.() === 0;
const modeOf = (path: string) => statSync(path).mode & 0o777;

/** Parts that make plain files; `log` fails as often as asked. */
function parts(homes: Homes, failures = 0): HomePart[] {
  const { caKey, caCertificate, chain } = filesOf(homes);
  let left = failures;
  return [
    sessionKeyPart(homes),
    {
      name: 'CA',
      paths: [caKey, caCertificate],
      make: async () => {
        createFile(caKey, 'key');
        if (left-- > 0) throw new Error('power cut');
        createFile(caCertificate, 'certificate');
      },
      fix: 'run: waterwall regen-ca',
    },
    { name: 'log', paths: [chain], make: async () => void mkdirSync(chain), fix: 'restore it' },
  ];
}

describe('initHome', () => {
  it('makes everything in an empty home, privately', async () => {
    const homes = homesWith();
    const files = filesOf(homes);
    const report = await initHome(homes, parts(homes));
    expect(report).toMatchObject({ first: true, kept: [], tightened: [] });
    expect(readdirSync(homes.config).sort()).toEqual(
      ['ca.key', 'ca.pem', 'config.yaml', 'known_secrets.yaml', 'patterns.yaml'].concat(
        'permitted_hosts.yaml',
        'session.key',
      ),
    );
    for (const folder of [homes.config, homes.log, homes.run]) expect(modeOf(folder)).toBe(0o700);
    for (const name of readdirSync(homes.config)) {
      expect(modeOf(join(homes.config, name))).toBe(0o600);
    }
    expect(report.made).toContain(files.hosts);
    expect(loadSessionKey(homes)).toHaveLength(32);
  });

  it('does nothing the second time, and does not write configuration again', async () => {
    const homes = homesWith();
    await initHome(homes, parts(homes));
    const key = loadSessionKey(homes);
    rmSync(filesOf(homes).patterns);
    const again = await initHome(homes, parts(homes));
    expect(again).toMatchObject({ first: false, made: [] });
    expect(loadSessionKey(homes)).toEqual(key);
    expect(existsSync(filesOf(homes).patterns)).toBe(false);
  });

  it('keeps configuration that was there first', async () => {
    const homes = homesWith({ 'permitted_hosts.yaml': 'hosts: []' });
    const report = await initHome(homes, parts(homes));
    expect(report.kept).toEqual([filesOf(homes).hosts]);
    expect(readFileSync(filesOf(homes).hosts, 'utf8')).toBe('hosts: []');
  });

  it.each(['session.key', 'ca.key', 'ca.pem'])('refuses a home that lost its %s', async (name) => {
    const homes = homesWith();
    await initHome(homes, parts(homes));
    rmSync(join(homes.config, name));
    await expect(initHome(homes, parts(homes))).rejects.toMatchObject({ code: 'file-missing' });
    expect(existsSync(join(homes.config, name))).toBe(false);
  });

  it('refuses a home that lost its log', async () => {
    const homes = homesWith();
    await initHome(homes, parts(homes));
    rmSync(filesOf(homes).chain, { recursive: true });
    await expect(initHome(homes, parts(homes))).rejects.toMatchObject({ code: 'file-missing' });
  });

  it('finishes a first set-up that was interrupted', async () => {
    const homes = homesWith();
    await expect(initHome(homes, parts(homes, 1))).rejects.toThrow('power cut');
    const key = loadSessionKey(homes);
    const report = await initHome(homes, parts(homes));
    expect(report.first).toBe(true);
    expect(loadSessionKey(homes)).toEqual(key);
    const left = readdirSync(homes.config).filter((name) => name.includes('interrupted'));
    expect(left).toHaveLength(1);
    expect(existsSync(filesOf(homes).initPending)).toBe(false);
  });

  it('does not disturb a process that is setting the same home up', async () => {
    const homes = homesWith({ '.init-pending': '1\n' });
    const error = await initHome(homes, parts(homes)).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'already-running' });
    expect(readdirSync(homes.config)).toEqual(['.init-pending']);
  });

  it('tightens folders that were there, and tells', async () => {
    const homes = homesWith();
    mkdirSync(homes.log, { recursive: true });
    chmodSync(homes.log, 0o755);
    const { tightened } = await initHome(homes, parts(homes));
    expect(tightened).toEqual([{ path: homes.log, was: '0755', now: '0700' }]);
    expect(modeOf(homes.log)).toBe(0o700);
  });

  it('says so where a home cannot be made', async () => {
    const homes = homesWith();
    writeFileSync(join(homes.config, '..', 'etc'), 'a file');
    await expect(initHome(homes, [])).rejects.toMatchObject({ code: 'io-error' });
  });
});

describe('requirePrivate', () => {
  const exposed = (mode: number, group?: number) => {
    const homes = homesWith({ 'ca.key': 'x' });
    const file = join(homes.config, 'ca.key');
    if (group !== undefined) chownSync(file, 0, group);
    chmodSync(file, mode);
    return () => requirePrivate(file);
  };

  it.each([0o600, 0o400])('accepts mode %o', (mode) => expect(exposed(mode)).not.toThrow());

  it.each([0o644, 0o640, 0o604, 0o660, 0o602])('refuses mode %o', (mode) => {
    expect(failure(exposed(mode)).code).toBe('file-exposed');
  });

  it.runIf(ROOT)('accepts a service’s group where root installed, for reading alone', () => {
    expect(exposed(0o640, 4711)).not.toThrow();
    expect(failure(exposed(0o660, 4711)).fix).toContain('chmod 640');
    expect(failure(exposed(0o644, 4711)).code).toBe('file-exposed');
  });

  it('says so where there is no file', () => {
    expect(failure(() => requirePrivate('/nonexistent/ca.key')).code).toBe('file-missing');
  });
});

describe('tightenFolder', () => {
  it('leaves what is tight', () => {
    const homes = homesWith({ x: '' });
    expect(tightenFolder(homes.config, 0o700)).toBeUndefined();
    chmodSync(homes.config, 0o750);
    expect(tightenFolder(homes.config, 0o750)).toBeUndefined();
    expect(tightenFolder(homes.config, 0o700)).toMatchObject({ was: '0750', now: '0700' });
  });
});

describe('atomic files', () => {
  it('are created once and replaced at will, leaving nothing behind', () => {
    const { config } = homesWith({ x: '' });
    const file = join(config, 'file');
    expect(createFile(file, 'one')).toBe(true);
    expect(createFile(file, 'two')).toBe(false);
    expect(readFileSync(file, 'utf8')).toBe('one');
    replaceFile(file, Buffer.from('three'));
    expect(readFileSync(file, 'utf8')).toBe('three');
    expect(modeOf(file)).toBe(0o600);
    expect(readdirSync(config).sort()).toEqual(['file', 'x']);
  });

  it('say so where they cannot be written', () => {
    expect(failure(() => createFile('/nonexistent/file', 'x')).code).toBe('io-error');
  });

  it.runIf(ROOT)('belong to the service’s group where root installs for one', () => {
    const { config } = homesWith({ x: '' });
    chownSync(config, 0, 4711);
    const file = join(config, 'file');
    createFile(file, 'x');
    expect(statSync(file).gid).toBe(4711);
    expect(modeOf(file)).toBe(0o640);
    expect(() => requirePrivate(file)).not.toThrow();
  });

  it.runIf(ROOT)('keep a group of their own when they are replaced', () => {
    const { config } = homesWith({ 'ca.key': 'x' });
    chownSync(config, 0, 4711);
    const key = join(config, 'ca.key');
    chownSync(key, 0, 4712);
    replaceFile(key, 'y');
    expect(statSync(key)).toMatchObject({ uid: 0, gid: 4712 });
    expect(modeOf(key)).toBe(0o640);
  });
});

describe('socketMode', () => {
  it('lets the service’s group in where there is one', () => {
    const homes = homesWith();
    expect(socketMode(homes)).toBe(0o600);
    expect(socketMode({ ...homes, chosenBy: 'systemd' })).toBe(0o660);
    expect(socketMode({ ...homes, chosenBy: 'system' })).toBe(0o660);
  });
});
