import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { promisify } from 'node:util';
import {
  type Asn1,
  bits,
  bool,
  bytesOf,
  fromDer,
  implicit,
  integer,
  nothing,
  octets,
  oid,
  partsOf,
  sequence,
  set,
  tagged,
  time,
  toDer,
  utf8,
} from './der.ts';
import { OID } from './oids.ts';

/** An X.509 extension. */
export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Asn1;
}

/** What is signed into a certificate. */
export interface CertificateContent {
  readonly issuer: Asn1;
  readonly subject: Asn1;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Extension[];
}

const signAsync = promisify(sign);

/**
 * Signs a certificate with an RSA key (sha256WithRSAEncryption).
 *
 * The structure is forge's ASN.1; keys and signature are Node's own: forge signs in JavaScript,
 * 120 ms that block, and knows no EC keys.
 *
 * @returns PEM
 */
export async function signCertificate(
  content: CertificateContent,
  key: KeyObject,
): Promise<string> {
  const algorithm = sequence(oid(OID.sha256WithRsa), nothing());
  const body = sequence(
    tagged(0, integer(Buffer.of(2))),
    integer(serialNumber()),
    algorithm,
    content.issuer,
    sequence(time(content.notBefore), time(content.notAfter)),
    content.subject,
    fromDer(spkiOf(content.publicKey)),
    tagged(3, sequence(...content.extensions.map(encodeExtension))),
  );
  const signature = await signAsync('sha256', toDer(body), key);
  return toPem(toDer(sequence(body, algorithm, bits(signature))));
}

/**
 * 16 random bytes: the first bit 0, since a serial number must be positive, the second 1, so that
 * it never gets shorter.
 */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] as number) & 0x7f) | 0x40;
  return bytes;
}

function encodeExtension({ oid: id, critical, value }: Extension): Asn1 {
  const content = octets(toDer(value));
  return critical ? sequence(oid(id), bool(true), content) : sequence(oid(id), content);
}

/** A distinguished name of these attributes. */
export function distinguishedName(...attributes: readonly (readonly [string, string])[]): Asn1 {
  return sequence(...attributes.map(([id, text]) => set(sequence(oid(id), utf8(text)))));
}

/** RFC 5280 §4.2.1.2, method 1: SHA-1 over the key's bits. It names, it does not protect. */
export function keyIdentifier(publicKey: KeyObject): Buffer {
  const [, key] = partsOf(fromDer(spkiOf(publicKey)));
  return createHash('sha1').update(bytesOf(key).subarray(1)).digest();
}

export function subjectKeyIdentifier(identifier: Buffer): Extension {
  return { oid: OID.subjectKeyIdentifier, critical: false, value: octets(identifier) };
}

export function authorityKeyIdentifier(identifier: Buffer): Extension {
  const value = sequence(implicit(0, identifier));
  return { oid: OID.authorityKeyIdentifier, critical: false, value };
}

function spkiOf(key: KeyObject): Buffer {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return publicKey.export({ type: 'spki', format: 'der' });
}

function toPem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
