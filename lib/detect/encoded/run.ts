import { RUN } from '../anchor.ts';
import { endsAnsiCode, SHORT_ESCAPES } from '../boundary.ts';
import { DIGIT, HEX } from '../byte-class.ts';
import type { Match } from '../match.ts';
import type { Encoding } from './encoding.ts';

/** The runs of characters that encoded bytes may stand in. */

const BACKSLASH = 0x5c;
const PERCENT = 0x25;
const EQUALS = 0x3d;
const BRACKET = 0x5b;
const ESCAPE = 0x1b;

/** A run, and which of the two alphabets of base64 it uses. */
export interface Run extends Match {
  /** Holds `+` or `/`. */
  readonly plain: boolean;
  /** Holds `-` or `_`. */
  readonly url: boolean;
}

/** Finds the run around an offset; asked for ascending offsets it is linear. */
export type RunFinder = (encoding: Encoding, at: number) => Run;

export function createRunFinder(bytes: Uint8Array): RunFinder {
  const last: Partial<Record<Encoding, Run>> = {};
  return (encoding, at) => {
    const known = last[encoding];
    if (known !== undefined && at >= known.start && at < known.end) return known;
    const run = runAround(bytes, encoding, at);
    last[encoding] = run;
    return run;
  };
}

function runAround(bytes: Uint8Array, encoding: Encoding, at: number): Run {
  const kinds = encoding === 'hex' ? HEX.has : KINDS;
  let found = 0;
  let start = at;
  for (; start > 0; start--) {
    const kind = kinds[bytes[start - 1] as number] as number;
    if (kind === 0) break;
    found |= kind;
  }
  let end = at;
  for (; end < bytes.length; end++) {
    const kind = kinds[bytes[end] as number] as number;
    if (kind === 0) break;
    found |= kind;
  }
  return { start, end, plain: (found & PLAIN) !== 0, url: (found & URL) !== 0 };
}

/** In which alphabets of base64 a byte of a run is: both, or only one. */
const PLAIN = 2;
const URL = 4;
const KINDS = Uint8Array.from(RUN.has);
for (const byte of Buffer.from('+/')) KINDS[byte] = PLAIN;
for (const byte of Buffer.from('-_')) KINDS[byte] = URL;

function isPlain(byte: number): boolean {
  return byte === 0x2b || byte === 0x2f;
}

function isUrl(byte: number): boolean {
  return byte === 0x2d || byte === 0x5f;
}

/**
 * The whole encoded text around a part of it: the run without what belongs to an escape before it,
 * of one alphabet, with its padding.
 *
 * @param grid - where a group of characters begins
 */
export function wholeText(
  bytes: Uint8Array,
  encoding: Encoding,
  part: Match,
  run: Run,
  grid: number,
): Match {
  let { start, end } = run;
  if (encoding === 'base64') {
    if (run.plain && run.url) {
      const isForeign = foreignTo(bytes, part);
      start = part.start;
      end = part.end;
      while (start > run.start && !isForeign(bytes[start - 1] as number)) start--;
      while (end < run.end && !isForeign(bytes[end] as number)) end++;
    }
    const phase = (end - grid) % 4;
    const padding = phase === 2 ? 2 : phase === 3 ? 1 : 0;
    for (let i = 0; i < padding && bytes[end] === EQUALS; i++) end++;
  }
  const behind = afterEscape(bytes, start);
  return { start: behind <= part.start ? behind : start, end };
}

/** A run of both alphabets is a path or a name with one of them in it. */
function foreignTo(bytes: Uint8Array, { start, end }: Match): (byte: number) => boolean {
  let plain = false;
  let url = false;
  for (let at = start; at < end; at++) {
    plain ||= isPlain(bytes[at] as number);
    url ||= isUrl(bytes[at] as number);
  }
  if (plain && url) return () => false;
  return url ? isPlain : isUrl;
}

/** Where the text goes on behind an escape sequence whose last characters look like part of it. */
export function afterEscape(bytes: Uint8Array, at: number): number {
  const before = bytes[at - 1];
  if (before === BACKSLASH) {
    const letter = bytes[at] as number;
    if (letter === 0x75 && areHex(bytes, at + 1, 4)) return at + 5;
    if (letter === 0x78 && areHex(bytes, at + 1, 2)) return at + 3;
    return SHORT_ESCAPES.has(letter) ? at + 1 : at;
  }
  if (before === PERCENT && areHex(bytes, at, 2)) return at + 2;
  // In a run of hex digits the letter of the escape is no part of the run.
  if (bytes[at - 2] === BACKSLASH) {
    if (before === 0x75 && areHex(bytes, at, 4)) return at + 4;
    if (before === 0x78 && areHex(bytes, at, 2)) return at + 2;
  }
  let code = at;
  while (code - at < 4 && DIGIT.has[bytes[code] as number] === 1) code++;
  return endsAnsiCode(bytes, code + 1) && hasEscape(bytes, code) ? code + 1 : at;
}

/** Whether the bracket of the code that ends here stands behind an Escape: lists have brackets too. */
function hasEscape(bytes: Uint8Array, end: number): boolean {
  let bracket = end;
  while (bytes[bracket] !== BRACKET) bracket--;
  const [digit, last] = bytes.subarray(Math.max(0, bracket - 2), bracket);
  if (bytes[bracket - 1] === ESCAPE) return true;
  return (digit === 0x31 && ((last ?? 0) | 0x20) === 0x62) || (digit === 0x33 && last === 0x33);
}

function areHex(bytes: Uint8Array, from: number, count: number): boolean {
  for (let i = 0; i < count; i++) if (HEX.has[bytes[from + i] as number] !== 1) return false;
  return true;
}
