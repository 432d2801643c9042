/** Sets of byte values, each known by a small number so that work on them can be memoised. */

/** A set of byte values; `has[byte]` is 1 for its members. */
export interface ByteClass {
  readonly id: number;
  readonly has: Uint8Array;
  /** In ascending order. */
  readonly members: readonly number[];
}

const known = new Map<string, ByteClass>();

/** The class with exactly these members; the same members always give the same object. */
export function byteClass(members: Iterable<number>): ByteClass {
  const has = new Uint8Array(256);
  for (const byte of members) has[byte] = 1;
  const key = Buffer.from(has).toString('latin1');
  let found = known.get(key);
  if (found === undefined) {
    found = { id: known.size, has, members: byteRange(0, 255).filter((byte) => has[byte] === 1) };
    known.set(key, found);
  }
  return found;
}

/** How many classes exist: ids are below this. */
export function byteClassCount(): number {
  return known.size;
}

const singles: ByteClass[] = [];

/** The class of one byte. */
export function singleByte(byte: number): ByteClass {
  let single = singles[byte];
  if (single === undefined) {
    single = byteClass([byte]);
    singles[byte] = single;
  }
  return single;
}

/** All byte values from one to another, both included. */
export function byteRange(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

/** The class of the characters of an ASCII text. */
export function classOf(text: string): ByteClass {
  return byteClass(Buffer.from(text, 'latin1'));
}

/** Adds the other case of every ASCII letter. */
export function anyCase(set: ByteClass): ByteClass {
  return byteClass(set.members.flatMap((byte) => (isLetter(byte) ? [byte, byte ^ 0x20] : [byte])));
}

function isLetter(byte: number): boolean {
  return (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a && byte < 0x80;
}

const DIGITS = byteRange(0x30, 0x39);
const LETTERS = [...byteRange(0x41, 0x5a), ...byteRange(0x61, 0x7a)];

export const ANY = byteClass(byteRange(0, 255));
export const DIGIT = byteClass(DIGITS);
export const HEX = classOf('0123456789abcdefABCDEF');
export const ALNUM = byteClass([...DIGITS, ...LETTERS]);
export const WORD = byteClass([...DIGITS, ...LETTERS, 0x5f]);
export const SPACE = classOf(' \t\n\r\f\v');
export const BASE64 = byteClass([...DIGITS, ...LETTERS, 0x2b, 0x2f, 0x3d]);
