import type { DecodedText } from '../json/text.ts';

const PERCENT = 0x25;
const PLUS = 0x2b;

/** How many percent signs are looked at before a text counts as percent-encoded. */
const PROBES = 20_000;

/**
 * Decodes percent-encoding leniently: what is no valid escape stands for itself.
 *
 * @param plusIsSpace - as in `application/x-www-form-urlencoded`
 */
export function decodePercent(raw: Uint8Array, plusIsSpace: boolean): DecodedText {
  const bytes = new Uint8Array(raw.length);
  const origin = new Uint32Array(raw.length + 1);
  let length = 0;
  for (let at = 0; at < raw.length; ) {
    const byte = raw[at] as number;
    const value = byte === PERCENT ? hexPair(raw, at + 1) : -1;
    origin[length] = at;
    bytes[length++] = value >= 0 ? value : plusIsSpace && byte === PLUS ? 0x20 : byte;
    at += value >= 0 ? 3 : 1;
  }
  origin[length] = raw.length;
  return { bytes: bytes.subarray(0, length), origin: origin.subarray(0, length + 1) };
}

/**
 * Whether a text holds percent-encoded characters that nobody has to encode (RFC 3986 §2.3), which
 * may hide a secret's literal beginning.
 */
export function hidesInPercent(bytes: Buffer): boolean {
  let at = bytes.indexOf(PERCENT);
  for (let probe = 0; at >= 0; probe++) {
    const value = hexPair(bytes, at + 1);
    if (probe === PROBES || (value >= 0 && isUnreserved(value))) return true;
    at = bytes.indexOf(PERCENT, at + 1);
  }
  return false;
}

/** Whether a text holds anything that percent-decoding would change. */
export function holdsPercent(bytes: Buffer): boolean {
  let at = bytes.indexOf(PERCENT);
  while (at >= 0 && hexPair(bytes, at + 1) < 0) at = bytes.indexOf(PERCENT, at + 1);
  return at >= 0;
}

function isUnreserved(byte: number): boolean {
  const lower = byte | 0x20;
  return (
    (lower >= 0x61 && lower <= 0x7a) ||
    (byte >= 0x30 && byte <= 0x39) ||
    byte === 0x2d ||
    byte === 0x2e ||
    byte === 0x5f ||
    byte === 0x7e
  );
}

function hexPair(bytes: Uint8Array, at: number): number {
  const high = hexDigit(bytes[at]);
  const low = hexDigit(bytes[at + 1]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
