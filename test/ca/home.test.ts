import { chmodSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkAuthority } from '../../lib/ca/check.ts';
import { authorityPart, loadAuthority, refreshBundle } from '../../lib/ca/home.ts';
import { filesOf } from '../../lib/config/files.ts';
import { resolveHomes } from '../../lib/config/homes.ts';
import { initHome } from '../../lib/config/init.ts';
import { loadHosts } from '../../lib/config/load/hosts.ts';
import { folder, otherKey, read } from './fixture.ts';

describe('the authority of a home', () => {
  const homes = resolveHomes({ WATERWALL_HOME: folder() }, { uid: 1000, etcReadable: false });
  const files = filesOf(homes);

  beforeAll(async () => {
    await initHome(homes, [authorityPart(homes)]);
  });

  it('is made for the host list, private, with its bundle', () => {
    const hosts = loadHosts(homes).hosts.map(({ host }) => host);
    const certificate = read(files.caCertificate);
    const key = read(files.caKey);
    expect(checkAuthority({ certificate, key, hosts, now: Date.now() })).toEqual([]);
    expect(statSync(files.caKey).mode & 0o777).toBe(0o600);
    expect(read(files.caBundle).startsWith(certificate.trim())).toBe(true);
    const { certificate: opened } = loadAuthority(homes);
    expect(opened.subject).toContain('Waterwall local CA');
    expect(opened.publicKey.asymmetricKeyDetails?.modulusLength).toBe(4096);
  });

  it('gets its bundle again where it is lost or old', () => {
    expect(refreshBundle(homes)).toBe(false);
    writeFileSync(files.caBundle, read(files.caCertificate));
    expect(refreshBundle(homes)).toBe(true);
    rmSync(files.caBundle);
    expect(refreshBundle(homes)).toBe(true);
  });

  it('is refused where others can read its key', () => {
    chmodSync(files.caKey, 0o644);
    expect(() => loadAuthority(homes)).toThrow(/can be read or changed by others/);
    chmodSync(files.caKey, 0o600);
  });

  it('is refused where key or certificate are lost or foreign', () => {
    const key = read(files.caKey);
    const foreign = otherKey().export({ type: 'pkcs8', format: 'pem' }).toString();
    writeFileSync(files.caKey, foreign);
    expect(() => loadAuthority(homes)).toThrow(/belongs to another certificate/);
    rmSync(files.caKey);
    expect(() => loadAuthority(homes)).toThrow(/ca.key is missing/);
    writeFileSync(files.caKey, key, { mode: 0o600 });
    rmSync(files.caCertificate);
    expect(() => loadAuthority(homes)).toThrow(/ca.pem cannot be read/);
  });
});
