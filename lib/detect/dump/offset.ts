import { digitsEnd, isBlank, numberOf } from './numbers.ts';

/** What an offset may be in each of {@link BASES}; -1 where it is none. */
export type Offset = readonly number[];

/** In the order of how often tools use them: `od` has octal offsets. */
const BASES = [16, 8, 10];
const LONGEST_OFFSET = 16;
/** Line numbers, signs of diffs and quotes, names of files: what may stand before an offset. */
export const LONGEST_PREFIX = 64;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** A line's offset, and where it ends. */
export interface PlacedOffset {
  readonly offset: Offset;
  readonly width: number;
  readonly end: number;
}

/** Reads the offset that begins at a place. */
export function readOffset(bytes: Uint8Array, at: number): PlacedOffset | undefined {
  const end = digitsEnd(bytes, at, Math.min(bytes.length, at + LONGEST_OFFSET + 1));
  const width = end - at;
  return width === 0 || width > LONGEST_OFFSET || !isBeside(bytes, end)
    ? undefined
    : { offset: BASES.map((base) => numberOf(bytes, at, end, base)), width, end };
}

/** Whether what stands here may part an offset from the columns beside it. */
function isBeside(bytes: Uint8Array, at: number): boolean {
  const byte = bytes[at];
  return isBlank(byte) || byte === BACKSLASH || (byte === COLON && isBlank(bytes[at + 1]));
}

/** Finds an offset of so many digits near the beginning of a line. */
export function offsetNear(
  bytes: Uint8Array,
  line: number,
  width: number,
): PlacedOffset | undefined {
  const stop = Math.min(bytes.length, line + LONGEST_PREFIX);
  for (let at = line; at < stop && bytes[at] !== 0x0a; ) {
    const end = digitsEnd(bytes, at, Math.min(bytes.length, stop + LONGEST_OFFSET));
    // A border or an arrow may be written by its code.
    const isBehindCode = bytes[at - 1] === 0x75 && end - at === width + 4;
    const found = end - at === width || isBehindCode ? readOffset(bytes, end - width) : undefined;
    if (found !== undefined) return found;
    at = end + 1;
  }
  return undefined;
}

/** What the offset behind so many bytes is. */
export function plus(offset: Offset, length: number): Offset {
  return offset.map((value) => (value < 0 ? -1 : value + length));
}

/** Of an offset what is the expected one, or a later one where lines were left out. */
export function agreeing(found: Offset, expected: Offset, mayBeLater: boolean): Offset | undefined {
  const agreed = found.map((value, i) => {
    const least = expected[i] as number;
    return least >= 0 && (value === least || (mayBeLater && value > least)) ? value : -1;
  });
  return agreed.some((value) => value >= 0) ? agreed : undefined;
}
