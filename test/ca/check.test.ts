import { beforeAll, describe, expect, it } from 'vitest';
import { type AuthorityFiles, createAuthority } from '../../lib/ca/authority.ts';
import { checkAuthority } from '../../lib/ca/check.ts';
import { constraintsFor, decodeConstraints, encodeConstraints } from '../../lib/ca/constraints.ts';
import { command, folder, HOSTS, NOW, otherKey, read, rsaKey } from './fixture.ts';

const DAY = 86_400_000;

describe('checkAuthority', () => {
  const dir = folder();
  let made: AuthorityFiles;

  beforeAll(async () => {
    made = await createAuthority({ hosts: HOSTS, now: NOW, key: rsaKey() });
  });

  const codes = (facts: object) =>
    checkAuthority({ ...made, hosts: HOSTS, now: NOW, ...facts }).map(({ code }) => code);

  /** A CA that somebody else made. */
  async function foreign(...extensions: string[]): Promise<string> {
    const out = `${dir}/foreign.pem`;
    const key = `${dir}/foreign.key`;
    const base = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/O=x', '-days', '9'];
    const added = extensions.flatMap((line) => ['-addext', line]);
    await command('openssl', [...base, '-keyout', key, '-out', out, ...added]);
    return read(out);
  }

  it('finds nothing in what we made, in any order of hosts', () => {
    expect(codes({})).toEqual([]);
    expect(codes({ hosts: [...HOSTS].reverse() })).toEqual([]);
  });

  it('finds a host too many and one too few', () => {
    expect(codes({ hosts: [...HOSTS, 'gamma.example'] })).toEqual(['constraints-differ']);
    expect(codes({ hosts: HOSTS.slice(1) })).toEqual(['constraints-differ']);
    const [finding] = checkAuthority({ ...made, hosts: HOSTS.slice(1), now: NOW });
    expect(finding?.message).toContain('api.alpha.example is permitted, not listed');
  });

  it('finds constraints that are missing, not critical, or leave addresses open', async () => {
    const later = { key: undefined, now: NOW + DAY };
    const bare = await foreign('keyUsage=keyCertSign');
    expect(codes({ ...later, certificate: bare })).toEqual(['constraints-missing']);
    const names = HOSTS.map((host) => `permitted;DNS:${host},excluded;DNS:.${host}`).join(',');
    const loose = await foreign(`nameConstraints=${names}`);
    expect(codes({ ...later, certificate: loose })).toEqual([
      'constraints-not-critical',
      'constraints-differ',
    ]);
    const [, differ] = checkAuthority({ certificate: loose, hosts: HOSTS, now: NOW + DAY });
    expect(differ?.message).toContain(`ip:${'00'.repeat(8)} is not excluded`);
  });

  it('finds what is out of date', () => {
    expect(codes({ now: NOW - DAY })).toEqual(['not-yet-valid']);
    expect(codes({ now: NOW + 3651 * DAY })).toEqual(['expired']);
  });

  it('finds a key that does not belong, and what does not parse', () => {
    const key = otherKey().export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(codes({ key })).toEqual(['key-mismatch']);
    expect(codes({ key: 'nothing' })).toEqual(['key-unreadable']);
    expect(codes({ certificate: 'nothing' })).toEqual(['unreadable']);
  });
});

describe('name constraints', () => {
  it('come back as they were written', () => {
    const constraints = constraintsFor(HOSTS);
    expect(decodeConstraints(encodeConstraints(constraints))).toEqual(constraints);
  });
});
