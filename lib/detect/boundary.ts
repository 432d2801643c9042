import { ALNUM, DIGIT, HEX, WORD } from './byte-class.ts';
import type { Pattern } from './patterns.ts';

/** What stands around a match decides whether it is one. */

const BACKSLASH = 0x5c;
const QUOTE = 0x22;

/** Escapes of one character (`\n`, `\e`, …), at any depth of escaping. */
export const SHORT_ESCAPES = new Set(Buffer.from('nrtbfvae0', 'latin1'));

/** Whether a secret of a type with this rule may begin here. */
export function mayBegin(bytes: Uint8Array, at: number, left: Pattern['left']): boolean {
  if (left === 'free' || at === 0) return true;
  const before = bytes[at - 1] as number;
  if (WORD.has[before] === 0) return left === 'word' || (before !== 0x2e && before !== 0x2d);
  return endsEscape(bytes, at);
}

/**
 * Whether an escape sequence ends here, whose last character is no part of the text: `\n`,
 * `\u001b`, `\x1b`, `%3D`, or the end of an ANSI colour code.
 */
export function endsEscape(bytes: Uint8Array, at: number): boolean {
  const last = bytes[at - 1] as number;
  if (bytes[at - 2] === BACKSLASH && SHORT_ESCAPES.has(last)) return true;
  if (isHex(bytes, at - 1) && isHex(bytes, at - 2)) {
    if (bytes[at - 3] === 0x25) return true;
    if (bytes[at - 3] === 0x78 && bytes[at - 4] === BACKSLASH) return true;
    if (isHex(bytes, at - 3) && isHex(bytes, at - 4)) {
      if (bytes[at - 5] === 0x75 && bytes[at - 6] === BACKSLASH) return true;
    }
  }
  return endsAnsiCode(bytes, at);
}

const LONGEST_ANSI_CODE = 24;

/** Whether an ANSI colour code ends here. */
export function endsAnsiCode(bytes: Uint8Array, at: number): boolean {
  const last = (bytes[at - 1] as number) | 0x20;
  if (last < 0x61 || last > 0x7a) return false;
  let from = at - 2;
  while (at - from < LONGEST_ANSI_CODE && isParameter(bytes[from])) from--;
  return bytes[from] === 0x5b;
}

function isParameter(byte: number | undefined): boolean {
  return (
    byte !== undefined && (DIGIT.has[byte] === 1 || byte === 0x3b || byte === 0x3a || byte === 0x3f)
  );
}

function isHex(bytes: Uint8Array, at: number): boolean {
  const byte = bytes[at];
  return byte !== undefined && HEX.has[byte] === 1;
}

/** Whether a token that takes a fixed number of characters may end here. */
export function mayEnd(bytes: Uint8Array, at: number): boolean {
  const next = bytes[at];
  return next === undefined || ALNUM.has[next] === 0;
}

const CUT_MARKS = ['…', '...', '[truncated', '<truncated', '\\u2026'].map((mark) =>
  Buffer.from(mark),
);

/**
 * Whether the text is cut off here: at its end, or before a mark that says so.
 *
 * @param depth - layers of JSON escaping over the text: the quote that ends the enclosing string
 *   has one fewer before it
 */
export function isCut(bytes: Uint8Array, at: number, depth: number): boolean {
  if (at >= bytes.length || endsString(bytes, at, depth)) return true;
  let mark = at;
  for (let i = 0; i < 2 && mark < bytes.length; i++) mark = skipSpace(bytes, mark);
  return CUT_MARKS.some((text) => startsWith(bytes, text, mark));
}

function endsString(bytes: Uint8Array, at: number, depth: number): boolean {
  if (depth === 0) return false;
  const backslashes = 2 ** (depth - 1) - 1;
  for (let i = 0; i < backslashes; i++) if (bytes[at + i] !== BACKSLASH) return false;
  return bytes[at + backslashes] === QUOTE;
}

function skipSpace(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) return at + 1;
  let next = at;
  while (next - at < 8 && bytes[next] === BACKSLASH) next++;
  return next > at && (bytes[next] === 0x6e || bytes[next] === 0x72) ? next + 1 : at;
}

/** Whether `text` stands at `at`. */
export function startsWith(bytes: Uint8Array, text: Uint8Array, at: number): boolean {
  if (at < 0 || at + text.length > bytes.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
  return true;
}
