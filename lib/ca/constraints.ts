import { type Asn1, bytesOf, fromDer, implicit, partsOf, sequence, tagged, toDer } from './der.ts';

/** What a Name Constraints extension says, as sorted text: `dns:api.example`, `ip:0000…`. */
export interface NameConstraints {
  readonly permitted: readonly string[];
  readonly excluded: readonly string[];
}

/** Tags of GeneralName (RFC 5280 §4.2.1.6). */
const DNS = 2;
const IP = 7;

/** The whole IPv4 and IPv6 space: address and mask of zeros. */
const ALL_IPV4 = Buffer.alloc(8);
const ALL_IPV6 = Buffer.alloc(32);

/**
 * What a CA for these hosts is constrained to: exactly them. A permitted name covers its
 * subdomains too, so that those are excluded by the form with a leading dot, which OpenSSL,
 * BoringSSL and Node read as "below, but not itself". Types without a permitted entry are not
 * constrained, so that IP addresses must be excluded.
 */
export function constraintsFor(hosts: readonly string[]): NameConstraints {
  const below = (host: string) => hosts.some((other) => other.endsWith(`.${host}`));
  return {
    permitted: hosts.map((host) => `dns:${host}`).sort(),
    excluded: [
      // Where a host and a host below it are both permitted, excluding would lock out the second.
      ...hosts.filter((host) => !below(host)).map((host) => `dns:.${host}`),
      `ip:${ALL_IPV4.toString('hex')}`,
      `ip:${ALL_IPV6.toString('hex')}`,
    ].sort(),
  };
}

/** The extension's DER. */
export function encodeConstraints({ permitted, excluded }: NameConstraints): Buffer {
  return toDer(
    sequence(tagged(0, ...permitted.map(encodeName)), tagged(1, ...excluded.map(encodeName))),
  );
}

/** Reads the extension's DER; names of other types become `other:TAG`. */
export function decodeConstraints(der: Uint8Array): NameConstraints {
  const lists = partsOf(fromDer(der));
  const names = (tag: number) =>
    partsOf(lists.find((list) => Number(list.type) === tag)).map(decodeName);
  return { permitted: names(0).sort(), excluded: names(1).sort() };
}

function encodeName(name: string): Asn1 {
  const text = name.slice(name.indexOf(':') + 1);
  return sequence(
    name.startsWith('ip:')
      ? implicit(IP, Buffer.from(text, 'hex'))
      : implicit(DNS, Buffer.from(text, 'latin1')),
  );
}

function decodeName(subtree: Asn1): string {
  const [name, ...bounds] = partsOf(subtree);
  const tag = Number(name?.type);
  const text = bytesOf(name);
  if (bounds.length > 0) return `bounded:${tag}`;
  if (tag === DNS) return `dns:${text.toString('latin1').toLowerCase()}`;
  return tag === IP ? `ip:${text.toString('hex')}` : `other:${tag}`;
}
