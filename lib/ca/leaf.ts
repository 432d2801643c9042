import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type Authority, CLOCK_SKEW } from './authority.ts';
import {
  authorityKeyIdentifier,
  distinguishedName,
  keyIdentifier,
  signCertificate,
  subjectKeyIdentifier,
} from './certificate.ts';
import { bits, implicit, oid, sequence } from './der.ts';
import { OID } from './oids.ts';

/** Browsers and others refuse leaves of more than 398 days; a short life costs us nothing. */
const LEAF_LIFE = 90 * 86_400_000;

/** dNSName in GeneralName (RFC 5280 §4.2.1.6). */
const DNS = 2;

/** A certificate for one host. */
export interface Leaf {
  readonly host: string;
  readonly pem: string;
  readonly key: KeyObject;
  readonly notAfter: Date;
}

/** Mints a leaf of 90 days, or of what is left of the authority's life. */
export async function mintLeaf(authority: Authority, host: string, now: number): Promise<Leaf> {
  // Takes less than the way to another thread and back would.
  const { privateKey: key, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const notBefore = new Date(Math.max(now - CLOCK_SKEW, authority.notBefore.getTime()));
  const notAfter = new Date(Math.min(now + LEAF_LIFE, authority.notAfter.getTime()));
  const pem = await signCertificate(
    {
      issuer: authority.subject,
      // The host stands in the SAN alone: name constraints do not cover a common name.
      subject: distinguishedName([OID.organization, 'Waterwall']),
      notBefore,
      notAfter,
      publicKey,
      extensions: [
        { oid: OID.basicConstraints, critical: true, value: sequence() },
        // digitalSignature
        { oid: OID.keyUsage, critical: true, value: bits(Buffer.of(0x80), 7) },
        { oid: OID.extKeyUsage, critical: false, value: sequence(oid(OID.serverAuth)) },
        subjectKeyIdentifier(keyIdentifier(publicKey)),
        authorityKeyIdentifier(authority.keyIdentifier),
        {
          oid: OID.subjectAltName,
          critical: false,
          value: sequence(implicit(DNS, Buffer.from(host, 'latin1'))),
        },
      ],
    },
    authority.key,
  );
  return { host, pem, key, notAfter };
}

/**
 * Whether a leaf should be replaced: in the last third of its life, unless the authority ends with
 * it, so that no new one would last longer.
 */
export function isDue(leaf: Pick<Leaf, 'notAfter'>, authority: Authority, now: number): boolean {
  const left = leaf.notAfter.getTime() - now;
  return left < LEAF_LIFE / 3 && leaf.notAfter.getTime() < authority.notAfter.getTime();
}
