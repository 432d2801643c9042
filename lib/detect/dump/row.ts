import { readCharacters } from './characters.ts';
import { isBlank, type Numbers, readDecimals, readNumbers } from './numbers.ts';
import { LONGEST_LINE } from './source-line.ts';

/** What stands behind the offset of one line of a dump. */
export interface Row {
  /** What it shows; of numbers longer than a byte the highest byte first, as they are written. */
  readonly bytes: Uint8Array;
  /** Bytes of a number. */
  readonly unit: number;
  /** Whether a number's lowest byte is the file's first one; undefined where nothing tells. */
  readonly isLittle: boolean | undefined;
  readonly isDecimal: boolean;
  /** Whether it is understood to its end. */
  readonly isWhole: boolean;
}

const SPACE = 0x20;
const COLON = 0x3a;
const BAR = 0x7c;
const LESS = 0x3c;
const GREATER = 0x3e;

/** Of numbers that may belong to the text beside them, that text tells which ones do. */
const MOST_DOUBTFUL = 8;

/** Used for one line after the other: what is kept is copied. */
const shown = new Uint8Array(LONGEST_LINE);
const ends = new Uint32Array(LONGEST_LINE);

/**
 * Reads the columns of `xxd`, `hexdump`, `od` and their kin, without escapes.
 *
 * @param from - behind the offset
 * @param to - at most {@link LONGEST_LINE} further
 * @param isDecimal - whether the line before was one of decimal bytes, which can look like octal ones
 * @returns undefined where it is none
 */
export function readRow(
  line: Uint8Array,
  from: number,
  to: number,
  isDecimal = false,
): Row | undefined {
  const first = line[from] === COLON ? from + 1 : from;
  if (first >= to || !isBlank(line[first])) return undefined;
  if (isDecimal) return decimalRow(line, first, to);
  const characters = first === from ? readCharacters(line, first, to, shown) : 0;
  if (characters > 0) return byteRow(characters, false);
  const numbers = readNumbers(line, first, to, shown, ends);
  const found = numbers && numberRow(line, to, numbers);
  return found?.isWhole ? found : (decimalRow(line, first, to) ?? found);
}

function byteRow(length: number, isDecimal: boolean): Row {
  return { bytes: shown.slice(0, length), unit: 1, isLittle: undefined, isDecimal, isWhole: true };
}

function decimalRow(line: Uint8Array, from: number, to: number): Row | undefined {
  const length = readDecimals(line, from, to, shown);
  return length === 0 ? undefined : byteRow(length, true);
}

function numberRow(line: Uint8Array, to: number, numbers: Numbers): Row {
  const { length, unit, count } = numbers;
  const end = trimmedEnd(line, to);
  const lowest = Math.max(0, count - MOST_DOUBTFUL);
  for (let left = count; left > lowest; left--) {
    const size = left === count ? length : left * unit;
    if (left < count && !holdsPrintable(size)) break;
    const from = ends[left - 1] as number;
    const isBig = !numbers.isLittle && isShownBeside(line, from, end, size, 1);
    if (isBig || (unit > 1 && isShownBeside(line, from, end, size, unit))) {
      return {
        bytes: shown.slice(0, size),
        unit,
        isLittle: !isBig,
        isDecimal: false,
        isWhole: true,
      };
    }
  }
  return {
    bytes: shown.slice(0, length),
    unit,
    isLittle: numbers.isLittle || undefined,
    isDecimal: false,
    isWhole: ends[count - 1] === end,
  };
}

/** Whether the text of the first bytes is more than stand-ins, for which any digits could be taken. */
function holdsPrintable(length: number): boolean {
  for (let i = 0; i < length; i++) {
    const byte = shown[i] as number;
    if (byte > SPACE && byte < 0x7f) return true;
  }
  return false;
}

/** Reverses each number's bytes. */
export function swapped(bytes: Uint8Array, unit: number): Uint8Array {
  return Uint8Array.from(bytes, (_, i) => bytes[swappedIndex(i, bytes.length, unit)] as number);
}

function swappedIndex(index: number, length: number, unit: number): number {
  const first = index - (index % unit);
  return first + Math.min(unit, length - first) - 1 - (index - first);
}

/**
 * Whether a line ends with the text that the first bytes of {@link shown} stand for.
 *
 * @param unit - more than 1 where each number's bytes are to be reversed
 */
function isShownBeside(
  line: Uint8Array,
  from: number,
  end: number,
  length: number,
  unit: number,
): boolean {
  const last = line[end - 1];
  if (last === BAR || last === LESS) {
    const start = textStart(line, from, end - 1, length, length, unit);
    const opening = last === BAR ? BAR : GREATER;
    if (line[start - 1] === opening && isBlankBetween(line, from, start - 1)) return true;
  }
  let count = length;
  while (count > 0 && shown[swappedIndex(count - 1, length, unit)] === SPACE) count--;
  const start = textStart(line, from, end, count, length, unit);
  return start > from && isBlankBetween(line, from, start);
}

/** Where the text of the first bytes begins that ends at `end`; `from` where another stands there. */
function textStart(
  line: Uint8Array,
  from: number,
  end: number,
  count: number,
  length: number,
  unit: number,
): number {
  let at = end;
  for (let i = count - 1; i >= 0; i--) {
    at = borderStart(line, at) - 1;
    while (at > from && ((line[at] as number) & 0xc0) === 0x80) at--;
    if (at <= from) return from;
    const byte = shown[swappedIndex(i, length, unit)] as number;
    if (byte >= SPACE && byte < 0x7f && line[at] !== byte) return from;
  }
  return at;
}

function isBlankBetween(line: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (!isBlank(line[at])) return false;
  return to > from;
}

function trimmedEnd(line: Uint8Array, to: number): number {
  let end = borderStart(line, to);
  while (end > 0 && line[end - 1] === SPACE) end--;
  return end;
}

/** Where the lines that a tool draws begin (U+2500 to U+257F), if some end here. */
function borderStart(line: Uint8Array, end: number): number {
  if ((line[end - 1] as number) < 0x80) return end;
  let start = end;
  while (line[start - 3] === 0xe2 && ((line[start - 2] as number) & 0xfe) === 0x94) start -= 3;
  return start;
}
