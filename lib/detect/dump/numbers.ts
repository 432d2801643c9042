/** Numbers in the columns of a dump. */
export interface Numbers {
  /** Bytes that they take, highest byte of each first. */
  readonly length: number;
  /** Bytes of a number; the last one may have fewer. */
  readonly unit: number;
  readonly count: number;
  /** The tools that write numbers of this kind begin with the lowest byte. */
  readonly isLittle: boolean;
}

interface Kind {
  /** Digits of a number. */
  readonly width: number;
  readonly base: 2 | 8 | 10 | 16;
  /** Bytes of a number. */
  readonly unit: number;
}

const BITS: Kind = { width: 8, base: 2, unit: 1 };
/** By their digits; `hexdump -d`, `hexdump -o` and `od` write two bytes in five or six. */
const KINDS: readonly (Kind | undefined)[] = Array.from({ length: 17 }, (_, width) => {
  if (width === 5) return { width, base: 10, unit: 2 };
  if (width === 6) return { width, base: 8, unit: 2 };
  return [2, 4, 8, 16].includes(width) ? { width, base: 16, unit: width / 2 } : undefined;
});

const MINUS = 0x2d;

/** Digits of all bases. */
const VALUES = new Uint8Array(256).fill(255);
for (const [value, digit] of [...'0123456789abcdef'].entries()) {
  VALUES[digit.charCodeAt(0)] = value;
  VALUES[digit.toUpperCase().charCodeAt(0)] = value;
}

/** What parts columns: spaces, and the lines that some tools draw. */
export function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || (byte !== undefined && byte >= 0x80);
}

/**
 * Reads numbers of one width.
 *
 * @param line - bytes of which those before `to` are the line's
 * @param bytes - is given what they stand for
 * @param ends - is given where each ends
 */
export function readNumbers(
  line: Uint8Array,
  from: number,
  to: number,
  bytes: Uint8Array,
  ends: Uint32Array,
): Numbers | undefined {
  const first = skipBlanks(line, from, to);
  const end = digitsEnd(line, first, to);
  const isBits = end - first === BITS.width && numberOf(line, first, end, 2) >= 0;
  const kind = isBits ? BITS : KINDS[end - first];
  if (kind === undefined) return undefined;
  const { base, unit, width } = kind;
  let length = 0;
  let count = 0;
  for (let at = from; ; ) {
    const start = skipBlanks(line, at, to);
    const end = digitsEnd(line, start, to);
    const digits = end - start;
    if (start === at || digits === 0 || !(end === to || isBlank(line[end]))) break;
    // The last bytes of a file may not fill a number.
    const isShort = base === 16 && digits < width && digits % 2 === 0;
    if (digits !== width && !isShort) break;
    const size = isShort ? digits / 2 : unit;
    if (!putNumber(bytes, length, line, start, end, base, size)) break;
    length += size;
    ends[count++] = end;
    at = end;
    if (isShort) break;
  }
  return count === 0 ? undefined : { length, unit, count, isLittle: base === 8 || base === 10 };
}

function putNumber(
  bytes: Uint8Array,
  to: number,
  line: Uint8Array,
  start: number,
  end: number,
  base: number,
  size: number,
): boolean {
  if (base === 16) {
    for (let i = 0; i < size; i++) {
      const high = VALUES[line[start + 2 * i] as number] as number;
      bytes[to + i] = (high << 4) | (VALUES[line[start + 2 * i + 1] as number] as number);
    }
    return true;
  }
  const value = numberOf(line, start, end, base);
  if (value < 0 || value >= 256 ** size) return false;
  for (let i = 0; i < size; i++) bytes[to + i] = value >> (8 * (size - 1 - i));
  return true;
}

/** The number that digits stand for; negative where one is none of the base. */
export function numberOf(line: Uint8Array, start: number, end: number, base: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = VALUES[line[at] as number] as number;
    if (digit >= base) return -1;
    value = value * base + digit;
  }
  return value;
}

/**
 * Reads bytes written as decimal numbers in columns, as `od -t u1` and `-t d1` do.
 *
 * @returns how many there are; 0 where they do not go on to the end of the line
 */
export function readDecimals(
  line: Uint8Array,
  from: number,
  to: number,
  bytes: Uint8Array,
): number {
  let length = 0;
  for (let at = from; ; ) {
    const start = skipBlanks(line, at, to);
    if (start === to) return length;
    const digits = line[start] === MINUS ? start + 1 : start;
    const end = digitsEnd(line, digits, to);
    const value = start === at || end - digits > 3 ? -1 : numberOf(line, digits, end, 10);
    if (end === digits || value < 0 || value > 255) return 0;
    bytes[length++] = digits > start ? -value : value;
    at = end;
  }
}

function skipBlanks(line: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && isBlank(line[at])) at++;
  return at;
}

/** Where digits end that begin at an offset. */
export function digitsEnd(line: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && VALUES[line[at] as number] !== 255) at++;
  return at;
}
