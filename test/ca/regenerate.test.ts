import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openAuthority } from '../../lib/ca/authority.ts';
import { bundleText, systemRoots } from '../../lib/ca/bundle.ts';
import { checkAuthority } from '../../lib/ca/check.ts';
import { regenerateAuthority } from '../../lib/ca/regenerate.ts';
import { folder, HOSTS, NOW, otherKey, read, rsaKey, write } from './fixture.ts';

const FILES = ['ca.key', 'ca.pem', 'ca-bundle.pem'];

describe('regenerateAuthority', () => {
  it('makes a whole authority where there is none, private from the start', async () => {
    const dir = join(folder(), 'new');
    const report = await regenerateAuthority({
      folder: dir,
      hosts: HOSTS,
      now: NOW,
      key: rsaKey(),
    });
    expect(report.written).toEqual(FILES.map((name) => join(dir, name)));
    expect(report.backups).toEqual([]);
    expect(readdirSync(dir).sort()).toEqual([...FILES].sort());
    expect(statSync(join(dir, 'ca.key')).mode & 0o777).toBe(0o600);
    const certificate = read(join(dir, 'ca.pem'));
    const key = read(join(dir, 'ca.key'));
    expect(checkAuthority({ certificate, key, hosts: HOSTS, now: NOW })).toEqual([]);
    expect(read(join(dir, 'ca-bundle.pem'))).toContain(certificate.trim());
  });

  it('keeps the old one, twice in a second too', async () => {
    const dir = folder();
    for (const name of FILES) write(dir, name, `old ${name}`);
    const time = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
    const first = await regenerateAuthority({
      folder: dir,
      hosts: HOSTS,
      now: time,
      key: rsaKey(),
    });
    expect(first.backups).toEqual(FILES.map((name) => join(dir, `${name}.bak-20260102T030405Z`)));
    expect(first.backups.map(read)).toEqual(FILES.map((name) => `old ${name}`));
    const made = read(join(dir, 'ca.pem'));
    const again = { folder: dir, hosts: HOSTS.slice(1), now: time, key: otherKey() };
    const second = await regenerateAuthority(again);
    expect(second.backups[1]).toBe(join(dir, 'ca.pem.bak-20260102T030405Z.1'));
    expect(read(second.backups[1] as string)).toBe(made);
    openAuthority({ certificate: read(join(dir, 'ca.pem')), key: read(join(dir, 'ca.key')) });
  });

  it('leaves everything as it was where the new one would be unusable', async () => {
    const dir = folder();
    for (const name of FILES) write(dir, name, `old ${name}`);
    const bad = { folder: dir, hosts: HOSTS, now: NOW, days: -1, key: rsaKey() };
    await expect(regenerateAuthority(bad)).rejects.toMatchObject({ code: 'config-invalid' });
    expect(readdirSync(dir).sort()).toEqual([...FILES].sort());
    expect(read(join(dir, 'ca.key'))).toBe('old ca.key');
  });
});

describe('the bundle', () => {
  it('takes the first system file that holds certificates, else the roots of Node', () => {
    const dir = folder();
    const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----';
    writeFileSync(join(dir, 'empty'), '# nothing');
    writeFileSync(join(dir, 'full'), `# a comment\n${pem}\n`);
    expect(systemRoots(['missing', 'empty', 'full'].map((name) => join(dir, name)))).toEqual([pem]);
    rmSync(join(dir, 'full'));
    expect(systemRoots([join(dir, 'full')]).length).toBeGreaterThan(100);
    expect(bundleText('ours\n', [pem])).toBe(`ours\n${pem}\n`);
  });
});
