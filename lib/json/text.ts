/** Between the raw source of JSON strings and the text that it stands for, with offsets kept. */

import { hexDigit } from './hex.ts';
import { OffsetMap } from './offset-map.ts';

const BACKSLASH = 0x5c;
const REPLACEMENT = 0xfffd;

/** What the character after a backslash stands for; 0 where it is no short escape. */
const SHORT_ESCAPES = new Uint8Array(256);
for (const pair of ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t']) {
  SHORT_ESCAPES[pair.charCodeAt(0)] = pair.charCodeAt(1);
}

/** Text decoded from a raw source, and where each of its bytes came from. */
export interface DecodedText {
  /** UTF-8. A lone surrogate becomes U+FFFD. */
  readonly bytes: Buffer;
  /** The raw offset of each decoded byte, where the escape begins that it comes from; and of the end. */
  readonly origin: OffsetMap;
}

/**
 * Decodes JSON escapes leniently: what is no valid escape stands for itself, so that text which
 * only resembles JSON can be seen through too.
 *
 * @param raw - the bytes that hold the source
 * @param start - first byte of the source
 * @param end - first byte after it
 */
export function decodeEscapes(raw: Uint8Array, start = 0, end = raw.length): DecodedText {
  return decodeParts(raw, [{ start, end }], NOTHING);
}

const NOTHING = new Uint8Array(0);

/**
 * Decodes parts of a source as {@link decodeEscapes} does, with something between each two.
 *
 * @param parts - sorted, disjoint
 */
export function decodeParts(
  raw: Uint8Array,
  parts: readonly { readonly start: number; readonly end: number }[],
  between: Uint8Array,
): DecodedText {
  // An escape is never shorter than what it stands for.
  const most = parts.reduce((sum, { start, end }) => sum + end - start + between.length, 0);
  const bytes = Buffer.allocUnsafe(most);
  const origin = new OffsetMap(0);
  let length = 0;
  parts.forEach(({ start, end }, i) => {
    if (i > 0) {
      bytes.set(between, length);
      length += between.length;
    }
    origin.add(length, start);
    length = decodeInto(bytes, length, raw, start, end, origin);
  });
  return { bytes: bytes.subarray(0, length), origin };
}

/** @returns where the decoded text ends in `bytes` */
function decodeInto(
  bytes: Uint8Array,
  begin: number,
  raw: Uint8Array,
  start: number,
  end: number,
  origin: OffsetMap,
): number {
  let length = begin;
  for (let at = start; at < end; ) {
    const byte = raw[at] as number;
    if (byte !== BACKSLASH) {
      bytes[length++] = byte;
      at++;
      continue;
    }
    const next = at + 1 < end ? (raw[at + 1] as number) : 0;
    const short = SHORT_ESCAPES[next] as number;
    const point = next === 0x75 ? codePoint(raw, at, end) : -1;
    if (point < 0) {
      bytes[length++] = short === 0 ? byte : short;
      at += short === 0 ? 1 : 2;
      if (short !== 0) origin.add(length, at);
      continue;
    }
    const from = length;
    length = putUtf8(bytes, length, point);
    for (let i = from + 1; i < length; i++) origin.add(i, at);
    at += point > 0xffff ? 12 : 6;
    origin.add(length, at);
  }
  return length;
}

/** The code point of the `\\u` escape (or the pair of them) at an offset; -1 where it is none. */
function codePoint(raw: Uint8Array, at: number, end: number): number {
  const unit = hexUnit(raw, at + 2, end);
  if (unit < 0xd800 || unit >= 0xe000) return unit;
  const isPair = unit < 0xdc00 && raw[at + 6] === BACKSLASH && raw[at + 7] === 0x75;
  const low = isPair ? hexUnit(raw, at + 8, end) : -1;
  return low >= 0xdc00 && low < 0xe000
    ? 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)
    : REPLACEMENT;
}

/** Writes a code point and returns where the next one goes. */
function putUtf8(bytes: Uint8Array, at: number, point: number): number {
  let to = at;
  if (point < 0x80) {
    bytes[to++] = point;
    return to;
  }
  if (point < 0x800) {
    bytes[to++] = 0xc0 | (point >> 6);
  } else {
    if (point < 0x10000) {
      bytes[to++] = 0xe0 | (point >> 12);
    } else {
      bytes[to++] = 0xf0 | (point >> 18);
      bytes[to++] = 0x80 | ((point >> 12) & 0x3f);
    }
    bytes[to++] = 0x80 | ((point >> 6) & 0x3f);
  }
  bytes[to++] = 0x80 | (point & 0x3f);
  return to;
}

/**
 * Writes text as the source of a JSON string, without the quotes, as `JSON.stringify` would.
 *
 * @param text - UTF-8
 * @param times - how often: 2 for a string inside a JSON document that is itself a string
 * @returns `text` itself where nothing had to be escaped
 */
export function encodeEscapes(text: Buffer, times = 1): Buffer {
  let result = text;
  for (let round = 0; round < times; round++) {
    if (!needsEscape(result)) return result;
    result = Buffer.from(JSON.stringify(result.toString('latin1')).slice(1, -1), 'latin1');
  }
  return result;
}

function needsEscape(text: Uint8Array): boolean {
  return text.some((byte) => byte < 0x20 || byte === 0x22 || byte === BACKSLASH);
}

function hexUnit(raw: Uint8Array, at: number, end: number): number {
  if (at + 4 > end) return -1;
  let unit = 0;
  for (let i = 0; i < 4; i++) {
    const digit = hexDigit(raw[at + i] as number);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}
