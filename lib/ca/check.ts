import { createPrivateKey, X509Certificate } from 'node:crypto';
import { constraintsFor, decodeConstraints, type NameConstraints } from './constraints.ts';
import { type Asn1, bytesOf, dottedOf, fromDer, partsOf } from './der.ts';
import { OID } from './oids.ts';

/** Something that makes an authority unfit. */
export interface Finding {
  readonly code:
    | 'unreadable'
    | 'not-an-authority'
    | 'constraints-missing'
    | 'constraints-not-critical'
    | 'constraints-differ'
    | 'not-yet-valid'
    | 'expired'
    | 'key-unreadable'
    | 'key-mismatch';
  readonly message: string;
  /** What the operator does about it. */
  readonly fix: string;
}

export interface AuthorityFacts {
  /** PEM. */
  readonly certificate: string;
  /** PEM; left out where only the certificate is to be judged. */
  readonly key?: string;
  readonly hosts: readonly string[];
  readonly now: number;
}

const REGENERATE = 'run `waterwall regen-ca`, then restart Waterwall and the agents';

/** Whether an authority is what it must be for these hosts; nothing where it is. */
export function checkAuthority(facts: AuthorityFacts): readonly Finding[] {
  const certificate = attempt(() => new X509Certificate(facts.certificate));
  if (!certificate) return [finding('unreadable', 'ca.pem is no certificate')];
  const findings = [
    ...(certificate.ca ? [] : [finding('not-an-authority', 'ca.pem is no CA certificate')]),
    ...checkConstraints(certificate, facts.hosts),
    ...checkDates(certificate, facts.now),
  ];
  return facts.key === undefined ? findings : [...findings, ...checkKey(certificate, facts.key)];
}

function checkConstraints(certificate: X509Certificate, hosts: readonly string[]): Finding[] {
  const extension = findExtension(certificate, OID.nameConstraints);
  const constraints = extension && attempt(() => decodeConstraints(extension.value));
  if (!constraints) {
    return [
      finding('constraints-missing', 'ca.pem has no Name Constraints: it is good for any host'),
    ];
  }
  const findings: Finding[] = [];
  if (!extension.critical) {
    const message = 'the Name Constraints of ca.pem are not critical: clients may ignore them';
    findings.push(finding('constraints-not-critical', message));
  }
  const differences = compare(constraints, constraintsFor(hosts));
  if (differences.length > 0) {
    const message = `ca.pem does not fit permitted_hosts.yaml: ${differences.join(', ')}`;
    findings.push(finding('constraints-differ', message));
  }
  return findings;
}

function compare(found: NameConstraints, wanted: NameConstraints): string[] {
  const missing = (from: readonly string[], names: readonly string[]) =>
    names.filter((name) => !from.includes(name)).map((name) => name.replace(/^dns:/, ''));
  return [
    ...missing(found.permitted, wanted.permitted).map((name) => `${name} is not permitted`),
    ...missing(wanted.permitted, found.permitted).map((name) => `${name} is permitted, not listed`),
    ...missing(found.excluded, wanted.excluded).map((name) => `${name} is not excluded`),
    ...missing(wanted.excluded, found.excluded).map((name) => `${name} is excluded needlessly`),
  ];
}

function checkDates(certificate: X509Certificate, now: number): Finding[] {
  if (Date.parse(certificate.validFrom) > now) {
    const message = `ca.pem is not valid before ${certificate.validFrom}`;
    return [finding('not-yet-valid', message, 'set the clock of this machine')];
  }
  if (Date.parse(certificate.validTo) > now) return [];
  return [finding('expired', `ca.pem ended on ${certificate.validTo}`)];
}

function checkKey(certificate: X509Certificate, pem: string): Finding[] {
  const key = attempt(() => createPrivateKey(pem));
  if (!key) return [finding('key-unreadable', 'ca.key is no private key')];
  if (certificate.checkPrivateKey(key)) return [];
  return [finding('key-mismatch', 'ca.key belongs to another certificate than ca.pem')];
}

function findExtension(certificate: X509Certificate, id: string) {
  const body = partsOf(fromDer(certificate.raw))[0];
  // extensions [3] (RFC 5280 §4.1)
  const explicit = partsOf(body).find((part) => part.tagClass === 0x80 && Number(part.type) === 3);
  const extension = partsOf(partsOf(explicit)[0]).find((part) => dottedOf(partsOf(part)[0]) === id);
  if (!extension) return undefined;
  const parts: readonly Asn1[] = partsOf(extension);
  return {
    critical: parts.length === 3 && bytesOf(parts[1])[0] === 0xff,
    value: bytesOf(parts.at(-1)),
  };
}

function finding(code: Finding['code'], message: string, fix = REGENERATE): Finding {
  return { code, message, fix };
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
