import {
  createPrivateKey,
  generateKeyPair as generate,
  type KeyObject,
  X509Certificate,
} from 'node:crypto';
import { promisify } from 'node:util';
import { WaterwallError } from '../errors.ts';
import {
  authorityKeyIdentifier,
  distinguishedName,
  type Extension,
  keyIdentifier,
  signCertificate,
  subjectKeyIdentifier,
} from './certificate.ts';
import { constraintsFor, encodeConstraints } from './constraints.ts';
import { type Asn1, bits, bool, fromDer, integer, oid, partsOf, sequence } from './der.ts';
import { OID } from './oids.ts';

const generateKeyPair = promisify(generate);

const DAY = 86_400_000;

/** Clocks of clients in containers and virtual machines run behind. */
export const CLOCK_SKEW = 3_600_000;

export const DEFAULT_CA_DAYS = 3650;

/** A certificate authority as it lies on disk. */
export interface AuthorityFiles {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate authority that can sign. */
export interface Authority {
  readonly pem: string;
  readonly certificate: X509Certificate;
  readonly key: KeyObject;
  /** Its name, byte for byte, as leaves must give it. */
  readonly subject: Asn1;
  readonly keyIdentifier: Buffer;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export interface AuthorityOptions {
  readonly hosts: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly days?: number;
  /** An RSA private key; generated where left out (about a second, not on this thread). */
  readonly key?: KeyObject;
}

/** Makes a new authority that is good for exactly these hosts. */
export async function createAuthority(options: AuthorityOptions): Promise<AuthorityFiles> {
  const { hosts, now, days = DEFAULT_CA_DAYS } = options;
  const key = options.key ?? (await generateKeyPair('rsa', { modulusLength: 4096 })).privateKey;
  const identifier = keyIdentifier(key);
  // Named apart from its predecessors: clients that look issuers up by name alone would mix them up.
  const name = distinguishedName(
    [OID.organization, 'Waterwall'],
    [OID.commonName, `Waterwall local CA ${identifier.toString('hex', 0, 4)}`],
  );
  const certificate = await signCertificate(
    {
      issuer: name,
      subject: name,
      notBefore: new Date(now - CLOCK_SKEW),
      notAfter: new Date(now + days * DAY),
      publicKey: key,
      extensions: authorityExtensions(hosts, identifier),
    },
    key,
  );
  return { certificate, key: key.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

function authorityExtensions(hosts: readonly string[], identifier: Buffer): Extension[] {
  return [
    {
      oid: OID.basicConstraints,
      critical: true,
      // pathLen 0: whoever gets hold of a leaf's key cannot make an authority of it.
      value: sequence(bool(true), integer(Buffer.of(0))),
    },
    // keyCertSign and cRLSign
    { oid: OID.keyUsage, critical: true, value: bits(Buffer.of(0x06), 1) },
    // Keeps the authority from vouching for e-mail or code.
    { oid: OID.extKeyUsage, critical: false, value: sequence(oid(OID.serverAuth)) },
    subjectKeyIdentifier(identifier),
    authorityKeyIdentifier(identifier),
    {
      oid: OID.nameConstraints,
      critical: true,
      value: fromDer(encodeConstraints(constraintsFor(hosts))),
    },
  ];
}

/**
 * Opens an authority.
 *
 * @throws WaterwallError `config-invalid` where certificate or key do not parse or do not belong
 *   together. Whether the authority is fit for the hosts is `checkAuthority`'s to say.
 */
export function openAuthority(files: AuthorityFiles): Authority {
  const certificate = parsed('the certificate', () => new X509Certificate(files.certificate));
  const key = parsed('the private key', () => createPrivateKey(files.key));
  if (!certificate.checkPrivateKey(key)) throw unusable('its key belongs to another certificate');
  return {
    pem: certificate.toString(),
    certificate,
    key,
    subject: subjectOf(certificate),
    keyIdentifier: keyIdentifier(key),
    notBefore: new Date(certificate.validFrom),
    notAfter: new Date(certificate.validTo),
  };
}

/** version, serialNumber, signature, issuer, validity, subject, … (RFC 5280 §4.1). */
function subjectOf(certificate: X509Certificate): Asn1 {
  const subject = partsOf(partsOf(fromDer(certificate.raw))[0])[5];
  if (!subject) throw unusable('it is no X.509 version 3 certificate');
  return subject;
}

function parsed<T>(what: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw unusable(`${what} cannot be read`, cause);
  }
}

function unusable(why: string, cause?: unknown): WaterwallError<'config-invalid'> {
  return new WaterwallError('config-invalid', `the certificate authority is unusable: ${why}`, {
    fix: 'restore ca.pem and ca.key from one backup, or run: waterwall regen-ca',
    cause,
  });
}
