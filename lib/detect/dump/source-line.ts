import { decodeEscapes } from '../../json/text.ts';
import { newlineEnd } from '../pem/block.ts';

/** The lines of a text that may stand under layers of JSON escaping. */

const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** Longer lines are none of a dump: 256 bytes in pairs of digits have about 1,040 characters. */
export const LONGEST_LINE = 1200;

/** Finds where the line ends that an offset lies in; asked for ascending offsets it is linear. */
export type LineEnds = (at: number, depth: number) => number;

export function createLineEnds(bytes: Uint8Array): LineEnds {
  const known = new Map<number, { readonly from: number; readonly end: number }>();
  return (at, depth) => {
    const last = known.get(depth);
    if (last !== undefined && at >= last.from && at <= last.end) return last.end;
    const end = lineEnd(bytes, at, depth);
    known.set(depth, { from: at, end });
    return end;
  };
}

/** The first byte of the line end, or of the quote that ends the string, or the end of the text. */
function lineEnd(bytes: Uint8Array, from: number, depth: number): number {
  for (let at = from; at < bytes.length; ) {
    const byte = bytes[at] as number;
    if (byte === NEWLINE || byte === RETURN) return at;
    if (byte === QUOTE && depth > 0) return at;
    if (byte !== BACKSLASH || depth === 0) {
      at++;
      continue;
    }
    let next = at;
    while (bytes[next] === BACKSLASH) next++;
    const end = escapedEnd(next - at, bytes[next], depth);
    if (end > 0) return next - end;
    at = next + 1;
  }
  return bytes.length;
}

/** How many of the backslashes before a letter belong to a line end, or to a string's; 0: none do. */
function escapedEnd(backslashes: number, letter: number | undefined, depth: number): number {
  const whole = 2 ** depth;
  const left = backslashes % whole;
  if (letter === QUOTE) return left === whole - 1 ? 0 : left;
  const isNewline = letter === 0x6e || letter === 0x72;
  return isNewline && left === whole / 2 ? left : 0;
}

/** The beginning of the next line, or undefined. */
export function nextLine(bytes: Uint8Array, end: number, depth: number): number | undefined {
  const next = newlineEnd(bytes, end, depth);
  return next === end ? undefined : next;
}

/** A part of a line without its escapes. */
export function decodeLine(
  bytes: Uint8Array,
  start: number,
  end: number,
  depth: number,
): Uint8Array {
  let line = bytes.subarray(start, end);
  for (let left = depth; left > 0 && line.includes(BACKSLASH); left--) {
    line = decodeEscapes(line).bytes;
  }
  return line;
}
