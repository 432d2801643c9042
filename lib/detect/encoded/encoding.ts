import type { Range } from '../types.ts';

/** The encodings in which text is searched for secrets. */
export type Encoding = 'base64' | 'hex';

/** Characters of a group, and the bytes they stand for. */
export const GROUP_CHARS: Readonly<Record<Encoding, number>> = { base64: 4, hex: 2 };
export const GROUP_BYTES: Readonly<Record<Encoding, number>> = { base64: 3, hex: 1 };

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** Both alphabets of RFC 4648: the last two characters differ. */
const BASE64_DIGITS = [...ALPHABET, '+-', '/_'];
const HEX_DIGITS = [...'0123456789', 'aA', 'bB', 'cC', 'dD', 'eE', 'fF'];

/** What each character stands for; 255 for those that are none of the encoding's. */
const VALUES: Readonly<Record<Encoding, Uint8Array>> = {
  base64: valuesOf(BASE64_DIGITS),
  hex: valuesOf(HEX_DIGITS),
};

function valuesOf(digits: readonly string[]): Uint8Array {
  const values = new Uint8Array(256).fill(255);
  digits.forEach((chars, value) => {
    for (const char of Buffer.from(chars)) values[char] = value;
  });
  return values;
}

/**
 * Decodes characters of an encoding; what is left over at their end stands for nothing.
 *
 * @returns how many bytes were written to `target`, from `to` on
 */
export function decodeRun(
  bytes: Uint8Array,
  { start, end }: Range,
  encoding: Encoding,
  target: Uint8Array,
  to: number,
): number {
  const values = VALUES[encoding];
  const bits = encoding === 'hex' ? 4 : 6;
  let word = 0;
  let held = 0;
  let next = to;
  for (let at = start; at < end; at++) {
    word = (word << bits) | (values[bytes[at] as number] as number);
    held += bits;
    if (held < 8) continue;
    held -= 8;
    target[next++] = word >> held;
  }
  return next - to;
}

/** The byte that the characters from `first` on stand for, `index` bytes further. */
export function byteAt(
  bytes: Uint8Array,
  encoding: Encoding,
  first: number,
  index: number,
): number | undefined {
  const values = VALUES[encoding];
  const bits = encoding === 'hex' ? 4 : 6;
  const bit = (8 * index) % bits;
  const at = first + Math.floor((8 * index) / bits);
  const high = values[bytes[at] as number] ?? 255;
  const low = values[bytes[at + 1] as number] ?? 255;
  return high === 255 || low === 255
    ? undefined
    : (((high << bits) | low) >> (2 * bits - 8 - bit)) & 255;
}
