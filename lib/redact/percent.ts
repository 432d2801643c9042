import { afterEscape } from '../detect/encoded/run.ts';
import type { Range } from '../detect/types.ts';
import { hexPair } from '../json/hex.ts';
import { OffsetMap } from '../json/offset-map.ts';
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
  const bytes = Buffer.allocUnsafe(raw.length);
  const origin = new OffsetMap(0);
  const length = decodeInto(bytes, raw, plusIsSpace, origin);
  return { bytes: bytes.subarray(0, length), origin };
}

/**
 * A function of its own: code that V8 compiles while a long loop runs is left at the loop's end in
 * every later call too, if more than the return follows (0.4 ms for 5 KB).
 */
function decodeInto(
  bytes: Uint8Array,
  raw: Uint8Array,
  plusIsSpace: boolean,
  origin: OffsetMap,
): number {
  let length = 0;
  for (let at = 0; at < raw.length; ) {
    const byte = raw[at] as number;
    const value = byte === PERCENT ? hexPair(raw, at + 1) : -1;
    bytes[length++] = value >= 0 ? value : plusIsSpace && byte === PLUS ? 0x20 : byte;
    at += value >= 0 ? 3 : 1;
    if (value >= 0) origin.add(length, at);
  }
  return length;
}

/** Characters of URLs and forms. */
const OF_URL = new Uint8Array(256);
for (const byte of Buffer.from('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789')) {
  OF_URL[byte] = 1;
}
for (const byte of Buffer.from("-._~:/?#@!$&+,;=%*'()")) OF_URL[byte] = 1;

const BETWEEN = 0x0a;

/** The words of a text that hold percent-encoded characters; sorted, disjoint. */
export function percentWords(raw: Buffer): Range[] {
  const words: Range[] = [];
  for (let at = raw.indexOf(PERCENT); at >= 0; at = raw.indexOf(PERCENT, at)) {
    if (hexPair(raw, at + 1) < 0) {
      at++;
      continue;
    }
    let start = at;
    const stop = words.at(-1)?.end ?? 0;
    while (start > stop && OF_URL[raw[start - 1] as number] === 1) start--;
    let end = at;
    while (end < raw.length && OF_URL[raw[end] as number] === 1) end++;
    start = Math.min(at, afterEscape(raw, start));
    words.push({ start, end });
    at = end;
  }
  return words;
}

/**
 * Decodes such words only, with a line end after each.
 *
 * @returns undefined where there are none
 */
export function percentParts(raw: Buffer, words: readonly Range[]): DecodedText | undefined {
  if (words.length === 0) return undefined;
  const length = words.reduce((sum, { start, end }) => sum + end - start + 1, 0);
  const bytes = Buffer.allocUnsafe(length);
  const origin = new OffsetMap(0);
  let to = 0;
  for (const { start, end } of words) {
    origin.add(to, start);
    for (let at = start; at < end; ) {
      const value = raw[at] === PERCENT ? hexPair(raw, at + 1) : -1;
      bytes[to++] = value >= 0 ? value : (raw[at] as number);
      at += value >= 0 ? 3 : 1;
      if (value >= 0) origin.add(to, at);
    }
    bytes[to++] = BETWEEN;
    origin.add(to, end);
  }
  return { bytes: bytes.subarray(0, to), origin };
}

/** No secret is shorter; `%2d` in a format string stands alone or with less around it. */
const SHORTEST = 8;

/** How much of what stands around such a word may make it a secret: a name, a marker, a value. */
const AROUND = 300;

/**
 * The surroundings of percent-encoded characters that nobody has to encode (RFC 3986 §2.3), where
 * they may hide a secret's literal beginning: in a word that is long enough for one.
 *
 * @param words - those that hold percent-encoded characters
 * @returns undefined where there are none; all of the text where there are too many
 */
export function percentSurroundings(bytes: Buffer, words: readonly Range[]): Buffer | undefined {
  const parts: Buffer[] = [];
  let start = 0;
  let end = -1;
  const cut = (): void => {
    if (end >= 0) parts.push(bytes.subarray(start, end), LINE_END);
  };
  let probes = 0;
  for (const word of words) {
    for (let at = word.start; at < word.end; at++) {
      if (bytes[at] !== PERCENT) continue;
      if (probes++ === PROBES) return bytes;
      const value = hexPair(bytes, at + 1);
      if (value < 0 || !isUnreserved(value) || !isInLongWord(bytes, at)) continue;
      if (at - AROUND > end) {
        cut();
        start = Math.max(0, at - AROUND);
      }
      end = at + AROUND;
    }
  }
  cut();
  return parts.length === 0 ? undefined : Buffer.concat(parts);
}

const LINE_END = Buffer.from('\n');

/** Whether a text holds anything that percent-decoding would change. */
export function holdsPercent(bytes: Buffer): boolean {
  let at = bytes.indexOf(PERCENT);
  while (at >= 0 && hexPair(bytes, at + 1) < 0) at = bytes.indexOf(PERCENT, at + 1);
  return at >= 0;
}

/** Whether the word around an offset decodes to as many bytes as a secret has at least. */
function isInLongWord(bytes: Buffer, at: number): boolean {
  let start = at;
  while (start > 0 && at - start < 3 * SHORTEST && isOfWord(bytes[start - 1] as number)) start--;
  let length = 0;
  for (let next = start; length < SHORTEST && next < bytes.length; length++) {
    const byte = bytes[next] as number;
    if (!isOfWord(byte)) return false;
    next += byte === PERCENT && hexPair(bytes, next + 1) >= 0 ? 3 : 1;
  }
  return length === SHORTEST;
}

/** Whether a byte is none of those that end a word in text and in the source of a string. */
function isOfWord(byte: number): boolean {
  return byte > 0x20 && byte !== 0x22 && byte !== 0x27 && byte !== 0x5c && byte !== 0x60;
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
