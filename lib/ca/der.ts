import type forge from 'node-forge';
import asn1 from 'node-forge/lib/asn1.js';

/** A node of an ASN.1 tree; forge keeps bytes in strings of one character each. */
export type Asn1 = forge.asn1.Asn1;

const { Class, Type } = asn1;

/** Forge would otherwise look into bit strings; the published types do not know the option. */
const parse = asn1.fromDer as unknown as (
  bytes: string,
  options: { strict: boolean; parseAllBytes: boolean; decodeBitStrings: boolean },
) => Asn1;

export function sequence(...parts: readonly Asn1[]): Asn1 {
  return asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, [...parts]);
}

export function set(...parts: readonly Asn1[]): Asn1 {
  return asn1.create(Class.UNIVERSAL, Type.SET, true, [...parts]);
}

export function oid(dotted: string): Asn1 {
  return asn1.create(Class.UNIVERSAL, Type.OID, false, asn1.oidToDer(dotted).getBytes());
}

/** A non-negative integer of these bytes, most significant first; its first bit must be 0. */
export function integer(bytes: Uint8Array): Asn1 {
  return asn1.create(Class.UNIVERSAL, Type.INTEGER, false, binary(bytes));
}

export function bool(value: boolean): Asn1 {
  return asn1.create(Class.UNIVERSAL, Type.BOOLEAN, false, value ? '\xff' : '\0');
}

export function nothing(): Asn1 {
  return asn1.create(Class.UNIVERSAL, Type.NULL, false, '');
}

export function octets(bytes: Uint8Array): Asn1 {
  return asn1.create(Class.UNIVERSAL, Type.OCTETSTRING, false, binary(bytes));
}

/** @param unused - bits at the end of the last byte that do not count */
export function bits(bytes: Uint8Array, unused = 0): Asn1 {
  const content = String.fromCharCode(unused) + binary(bytes);
  return asn1.create(Class.UNIVERSAL, Type.BITSTRING, false, content);
}

export function utf8(text: string): Asn1 {
  return asn1.create(Class.UNIVERSAL, Type.UTF8, false, binary(Buffer.from(text, 'utf8')));
}

/** RFC 5280 §4.1.2.5: UTCTime through 2049, GeneralizedTime from then on. */
export function time(date: Date): Asn1 {
  return date.getUTCFullYear() < 2050
    ? asn1.create(Class.UNIVERSAL, Type.UTCTIME, false, asn1.dateToUtcTime(date))
    : asn1.create(Class.UNIVERSAL, Type.GENERALIZEDTIME, false, asn1.dateToGeneralizedTime(date));
}

/** A context-specific tag around other nodes. */
export function tagged(tag: number, ...parts: readonly Asn1[]): Asn1 {
  return asn1.create(Class.CONTEXT_SPECIFIC, tag as forge.asn1.Type, true, [...parts]);
}

/** A context-specific tag in place of a primitive's own. */
export function implicit(tag: number, bytes: Uint8Array): Asn1 {
  return asn1.create(Class.CONTEXT_SPECIFIC, tag as forge.asn1.Type, false, binary(bytes));
}

export function toDer(node: Asn1): Buffer {
  return Buffer.from(asn1.toDer(node).getBytes(), 'latin1');
}

/** @throws Error where the bytes are not exactly one DER value */
export function fromDer(bytes: Uint8Array): Asn1 {
  return parse(binary(bytes), { strict: true, parseAllBytes: true, decodeBitStrings: false });
}

/** A constructed node's parts; empty for a primitive. */
export function partsOf(node: Asn1 | undefined): readonly Asn1[] {
  return node !== undefined && Array.isArray(node.value) ? node.value : [];
}

/** A primitive node's bytes; empty for a constructed one. */
export function bytesOf(node: Asn1 | undefined): Buffer {
  return Buffer.from(typeof node?.value === 'string' ? node.value : '', 'latin1');
}

/** An object identifier's dotted form. */
export function dottedOf(node: Asn1 | undefined): string {
  const bytes = bytesOf(node);
  return bytes.length === 0 ? '' : asn1.derToOid(binary(bytes));
}

function binary(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
