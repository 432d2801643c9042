import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Authority, createAuthority, openAuthority } from '../../lib/ca/authority.ts';
import { isDue, mintLeaf } from '../../lib/ca/leaf.ts';
import { mintLeaves } from '../../lib/ca/leaves.ts';
import { authority, command, folder, HOSTS, NOW, otherKey, rsaKey, write } from './fixture.ts';

const DAY = 86_400_000;
let ca: Authority;
let text: string;

beforeAll(async () => {
  ca = await authority();
  const file = write(folder(), 'ca.pem', ca.pem);
  text = (await command('openssl', ['x509', '-in', file, '-noout', '-text'])).output;
});

describe('the authority', () => {
  it('has the extensions that the design demands', () => {
    expect(text).toMatch(/Basic Constraints: critical\s+CA:TRUE, pathlen:0/);
    expect(text).toMatch(/Key Usage: critical\s+Certificate Sign, CRL Sign/);
    expect(text).toMatch(/Extended Key Usage:\s+TLS Web Server Authentication/);
    expect(text).toMatch(/Subject Key Identifier/);
    expect(text).toMatch(/Authority Key Identifier/);
    expect(text).toMatch(/Name Constraints: critical\s+Permitted:/);
    for (const host of HOSTS) {
      expect(text).toContain(`DNS:${host}\n`);
      expect(text).toContain(`DNS:.${host}\n`);
    }
    expect(text).toContain('IP:0.0.0.0/0.0.0.0');
    expect(text).toContain('IP:0:0:0:0:0:0:0:0/0:0:0:0:0:0:0:0');
  });

  it('lasts ten years, or as long as asked', async () => {
    expect(ca.notAfter.getTime()).toBe(Math.floor((NOW + 3650 * DAY) / 1000) * 1000);
    const long = await authority(HOSTS, 12_000);
    expect(long.notAfter.getUTCFullYear()).toBeGreaterThan(2050);
  });

  it('refuses a key that is not its own', async () => {
    const made = await createAuthority({ hosts: HOSTS, now: NOW, key: rsaKey() });
    const foreign = otherKey().export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(() => openAuthority({ ...made, key: foreign })).toThrow(/key belongs to another/);
    expect(() => openAuthority({ ...made, certificate: 'nothing' })).toThrow(/cannot be read/);
  });

  it('has positive serial numbers of full length that do not repeat', async () => {
    const leaves = await Promise.all(HOSTS.concat(HOSTS).map((host) => mintLeaf(ca, host, NOW)));
    const serials = leaves.map(({ pem }) => new X509Certificate(pem).serialNumber);
    expect(new Set(serials).size).toBe(serials.length);
    for (const serial of serials) expect(serial).toMatch(/^[4-7][0-9A-F]{31}$/);
  });
});

describe('leaves', () => {
  it('name the host in the SAN alone and are signed by the authority', async () => {
    const leaf = new X509Certificate((await mintLeaf(ca, 'beta.example', NOW)).pem);
    expect(leaf.subjectAltName).toBe('DNS:beta.example');
    expect(leaf.subject).toBe('O=Waterwall');
    expect(leaf.issuer).toBe(ca.certificate.subject);
    expect(leaf.ca).toBe(false);
    expect(leaf.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect(leaf.verify(ca.certificate.publicKey)).toBe(true);
    expect(leaf.checkIssued(ca.certificate)).toBe(true);
  });

  it('last 90 days, but never longer than the authority', async () => {
    const leaf = await mintLeaf(ca, 'beta.example', NOW);
    expect(leaf.notAfter.getTime()).toBe(NOW + 90 * DAY);
    const short = await authority(HOSTS, 40);
    const bounded = await mintLeaf(short, 'beta.example', NOW);
    expect(bounded.notAfter.getTime()).toBe(short.notAfter.getTime());
    const minted = new X509Certificate(bounded.pem);
    expect(Date.parse(minted.validFrom)).toBeGreaterThanOrEqual(short.notBefore.getTime());
  });

  it('are due in the last third of their life, unless the authority ends with them', async () => {
    const leaf = await mintLeaf(ca, 'beta.example', NOW);
    expect(isDue(leaf, ca, NOW + 59 * DAY)).toBe(false);
    expect(isDue(leaf, ca, NOW + 61 * DAY)).toBe(true);
    const last = { notAfter: ca.notAfter };
    expect(isDue(last, ca, ca.notAfter.getTime() - DAY)).toBe(false);
  });

  it('are ready for all hosts and replaced when due', async () => {
    const leaves = await mintLeaves(ca, HOSTS, NOW);
    const before = HOSTS.map((host) => leaves.contextFor(host));
    expect(before.every((context) => context !== undefined)).toBe(true);
    expect(leaves.contextFor('constructor')).toBeUndefined();
    expect(await leaves.renew(NOW + DAY)).toEqual([]);
    expect(await leaves.renew(NOW + 70 * DAY)).toEqual(HOSTS);
    for (const [i, host] of HOSTS.entries()) expect(leaves.contextFor(host)).not.toBe(before[i]);
  });
});
