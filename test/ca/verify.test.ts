import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Authority } from '../../lib/ca/authority.ts';
import {
  authorityKeyIdentifier,
  distinguishedName,
  keyIdentifier,
  signCertificate,
  subjectKeyIdentifier,
} from '../../lib/ca/certificate.ts';
import { implicit, sequence } from '../../lib/ca/der.ts';
import { mintLeaf } from '../../lib/ca/leaf.ts';
import { OID } from '../../lib/ca/oids.ts';
import { authority, command, folder, NOW, write } from './fixture.ts';

// What the authority must not be good for is signed all the same: only the verifier can refuse it.
describe('openssl verify -x509_strict', () => {
  const dir = folder();
  let ca: Authority;
  let caFile: string;

  beforeAll(async () => {
    ca = await authority();
    caFile = write(dir, 'ca.pem', ca.pem);
  });

  async function verify(san: string, ...more: string[]) {
    const leaf = await mintLeaf(ca, san, NOW);
    const file = write(dir, 'leaf.pem', leaf.pem);
    return command('openssl', ['verify', '-x509_strict', '-CAfile', caFile, ...more, file]);
  }

  it.each(['api.alpha.example', 'beta.example'])('accepts the permitted host %s', async (host) => {
    const result = await verify(host, '-verify_hostname', host, '-purpose', 'sslserver');
    expect(result).toMatchObject({ code: 0, output: expect.stringContaining(': OK') });
  });

  it.each([
    ['a foreign host', 'evil.example'],
    ['a host that ends alike', 'notbeta.example'],
    ['the parent of a host', 'alpha.example'],
    ['a subdomain', 'evil.api.alpha.example'],
    ['a deep subdomain', 'a.b.beta.example'],
    ['a wildcard below', '*.beta.example'],
    ['a wildcard above', '*.alpha.example'],
  ])('refuses %s', async (_, san) => {
    const result = await verify(san);
    expect(result.code).not.toBe(0);
    expect(result.output).toMatch(/error (47|48|51)/);
  });

  it.each([
    ['IPv4', Buffer.from([127, 0, 0, 1])],
    ['IPv6', Buffer.from([...Buffer.alloc(15), 1])],
  ])('refuses an %s address', async (_, address) => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = await signCertificate(
      {
        issuer: ca.subject,
        subject: distinguishedName([OID.organization, 'x']),
        notBefore: new Date(NOW - 1000),
        notAfter: ca.notAfter,
        publicKey: privateKey,
        extensions: [
          subjectKeyIdentifier(keyIdentifier(privateKey)),
          authorityKeyIdentifier(ca.keyIdentifier),
          { oid: OID.subjectAltName, critical: false, value: sequence(implicit(7, address)) },
        ],
      },
      ca.key,
    );
    const file = write(dir, 'ip.pem', pem);
    const result = await command('openssl', ['verify', '-x509_strict', '-CAfile', caFile, file]);
    expect(result.code).not.toBe(0);
    expect(result.output).toMatch(/error 48/);
  });

  it('is good for servers alone', async () => {
    const result = await verify('beta.example', '-purpose', 'smimesign');
    expect(result.code).not.toBe(0);
  });

  it('accepts the authority itself', async () => {
    const result = await command('openssl', ['verify', '-x509_strict', '-CAfile', caFile, caFile]);
    expect(result.code).toBe(0);
  });

  it('still permits both where one host is below another', async () => {
    const nested = await authority(['beta.example', 'api.beta.example']);
    const file = write(dir, 'nested.pem', nested.pem);
    for (const host of ['beta.example', 'api.beta.example']) {
      const leaf = write(dir, 'nested-leaf.pem', (await mintLeaf(nested, host, NOW)).pem);
      const args = ['verify', '-x509_strict', '-CAfile', file, '-verify_hostname', host, leaf];
      expect(await command('openssl', args)).toMatchObject({ code: 0 });
    }
  });
});
