import { startsWith } from '../boundary.ts';
import { byteClass, DIGIT, HEX, WORD } from '../byte-class.ts';
import { isDashes } from './marker.ts';

/**
 * What stands between the lines of a key that was printed: line ends as they are or escaped at any
 * depth, line numbers, diff and quote signs, indentation, quotes and commas of source code, colours.
 */
export interface Gap {
  /** First byte after it. */
  readonly at: number;
  /** Whether it holds a line end. */
  readonly newline: boolean;
}

const BACKSLASH = 0x5c;
const PLUS = 0x2b;
const DASH = 0x2d;
const MAX_GAP = 240;
const SKIPPED = new Set(Buffer.from(' \t"\',;>|*#:`()', 'latin1'));
const AFTER_NUMBER = new Set(Buffer.from('\t|:-.) ', 'latin1'));
const ELLIPSIS = Buffer.from('…');
const ELLIPSIS_CODE = Buffer.from('2026');
const LINE_WORD = Buffer.from('Line ');
const COMMENT = Buffer.from('// ');
const MAX_DIGITS = 7;
const MAX_FILE_NAME = 120;
const FILE_NAME = byteClass([...WORD.members, 0x2d, 0x2e, 0x2f]);

/**
 * Skips a gap.
 *
 * @param signs - whether the block stands in a diff, so that a line's first `+` is no base64
 * @param atLineStart - whether a line begins at `from`
 */
export function skipGap(bytes: Uint8Array, from: number, signs: boolean, atLineStart = false): Gap {
  let at = from;
  let newline = false;
  let fresh = atLineStart;
  while (at < bytes.length && at - from < MAX_GAP) {
    const byte = bytes[at] as number;
    if (byte === 0x0a || byte === 0x0d) {
      newline = true;
      fresh = true;
      at++;
      continue;
    }
    if (byte === BACKSLASH) {
      const found = escapeAt(bytes, at);
      if (found === undefined) break;
      if (found.newline) newline = true;
      fresh = found.newline || (fresh && found.blank);
      at = found.end;
      continue;
    }
    if (fresh && signs && isSign(bytes, at)) {
      at++;
      // A diff of a diff has two; a plus would be base64.
      if (bytes[at] === DASH && isSign(bytes, at)) at++;
      fresh = false;
      continue;
    }
    const end = prefixEnd(bytes, at, fresh);
    if (end === at) break;
    fresh = fresh && end - at > 1 && leavesRoom(bytes, at, end);
    at = end;
  }
  return { at, newline };
}

/**
 * Whether a diff's sign may stand behind a prefix: behind a number or a file name, unless a dash ends
 * them, which is as good as a sign to whoever looks at the marker's line.
 */
function leavesRoom(bytes: Uint8Array, start: number, end: number): boolean {
  return bytes[end - 1] !== DASH && !startsWith(bytes, COMMENT, start);
}

/** A diff's sign, and not the beginning of a marker. */
function isSign(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] === PLUS) return true;
  return bytes[at] === DASH && (!isDashes(bytes, at) || bytes[at + 5] === DASH);
}

function prefixEnd(bytes: Uint8Array, at: number, fresh: boolean): number {
  const byte = bytes[at] as number;
  if (DIGIT.has[byte] === 1) return numberEnd(bytes, at) ?? fileEnd(bytes, at, fresh);
  if (SKIPPED.has(byte)) return at + 1;
  if (byte >= 0x80) return startsWith(bytes, ELLIPSIS, at) ? at : at + 1;
  if (byte === 0x1b) return at + 1;
  if (byte === 0x5b) return ansiEnd(bytes, at);
  if (byte === PLUS) return isPlusOfSource(bytes[at + 1]) ? at + 1 : at;
  if (startsWith(bytes, LINE_WORD, at)) return at + LINE_WORD.length;
  if (fresh && startsWith(bytes, COMMENT, at)) return at + COMMENT.length;
  return fileEnd(bytes, at, fresh);
}

/** `"…" +` in source code. */
function isPlusOfSource(next: number | undefined): boolean {
  return next === 0x20 || next === 0x22 || next === 0x27 || next === 0x0a || next === BACKSLASH;
}

function numberEnd(bytes: Uint8Array, from: number): number | undefined {
  const at = digitsEnd(bytes, from);
  const next = bytes[at];
  if (next === undefined) return undefined;
  if (AFTER_NUMBER.has(next)) return next === 0x3a && bytes[at + 1] === 0x20 ? at + 2 : at + 1;
  if (next >= 0x80) return at;
  return next === BACKSLASH && escapeAt(bytes, at) !== undefined ? at : undefined;
}

/** `grep -H -n` and kin: a file name before the line number. */
function fileEnd(bytes: Uint8Array, from: number, fresh: boolean): number {
  if (!fresh) return from;
  let at = from;
  while (at - from < MAX_FILE_NAME && FILE_NAME.has[bytes[at] as number] === 1) at++;
  if (bytes[at] === 0x3a) {
    const number = digitsEnd(bytes, at + 1);
    return number > at + 1 && bytes[number] === 0x3a ? number + 1 : from;
  }
  // Around what was found (`-A 30`) dashes stand for the colons; base64 has none.
  let dash = at;
  while (dash > from && bytes[dash - 1] !== DASH) dash--;
  let number = dash - 1;
  while (number > from && DIGIT.has[bytes[number - 1] as number] === 1) number--;
  return number < dash - 1 && number > from && bytes[number - 1] === DASH ? dash : from;
}

function digitsEnd(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at - from < MAX_DIGITS && DIGIT.has[bytes[at] as number] === 1) at++;
  return at;
}

function ansiEnd(bytes: Uint8Array, from: number): number {
  let at = from + 1;
  while (at - from < 24 && (DIGIT.has[bytes[at] as number] === 1 || bytes[at] === 0x3b)) at++;
  const last = (bytes[at] ?? 0) | 0x20;
  return last >= 0x61 && last <= 0x7a ? at + 1 : from;
}

interface Escape {
  readonly end: number;
  readonly newline: boolean;
  readonly blank: boolean;
}

/** Before the letter of a line end, under seven layers of JSON. */
export const LONGEST_BACKSLASHES = 64;

/** An escape sequence of any depth that is no part of base64. */
function escapeAt(bytes: Uint8Array, from: number): Escape | undefined {
  let at = from;
  while (at - from < LONGEST_BACKSLASHES && bytes[at] === BACKSLASH) at++;
  const kind = bytes[at];
  if (kind === 0x6e || kind === 0x72) return { end: at + 1, newline: true, blank: false };
  if (kind === 0x0a || kind === 0x0d) return { end: at + 1, newline: true, blank: false };
  if (kind === 0x74) return { end: at + 1, newline: false, blank: true };
  if (kind === 0x22 || kind === 0x27) return { end: at + 1, newline: false, blank: false };
  if (kind === 0x75 && areHex(bytes, at + 1, 4)) {
    const isEllipsis = startsWith(bytes, ELLIPSIS_CODE, at + 1);
    return isEllipsis ? undefined : { end: at + 5, newline: false, blank: false };
  }
  if (kind === 0x78 && areHex(bytes, at + 1, 2))
    return { end: at + 3, newline: false, blank: false };
  return undefined;
}

function areHex(bytes: Uint8Array, from: number, count: number): boolean {
  for (let i = 0; i < count; i++) if (HEX.has[bytes[from + i] as number] !== 1) return false;
  return true;
}
