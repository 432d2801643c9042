import { classOf } from '../byte-class.ts';

/** A quote as it stands in text, at any depth of escaping. */
export interface Quote {
  readonly end: number;
  /** The character that it stands for. */
  readonly mark: number;
  /** How many backslashes stand before it. */
  readonly backslashes: number;
}

const BACKSLASH = 0x5c;
const MARKS = classOf('"\'`');
/** Three layers of escaping put seven backslashes before a quote. */
export const MOST_BACKSLASHES = 15;

/** Reads a quote: `"`, `\"`, `\\\"`, or `\u0027` as encoders for web pages write it. */
export function quoteAt(bytes: Uint8Array, at: number): Quote | undefined {
  // Most places hold none.
  const first = bytes[at] as number;
  if (first !== BACKSLASH) {
    return MARKS.has[first] === 1 ? { end: at + 1, mark: first, backslashes: 0 } : undefined;
  }
  let mark = at;
  while (mark - at < MOST_BACKSLASHES && bytes[mark] === BACKSLASH) mark++;
  const backslashes = mark - at;
  const byte = bytes[mark] as number;
  if (MARKS.has[byte] === 1) return { end: mark + 1, mark: byte, backslashes };
  const escaped = unicodeEscape(bytes, mark);
  if (escaped === undefined || MARKS.has[escaped] !== 1) return undefined;
  return { end: mark + 5, mark: escaped, backslashes };
}

/** The ASCII character of an escape `uXXXX` whose backslashes were read. */
export function unicodeEscape(bytes: Uint8Array, at: number): number | undefined {
  if (bytes[at] !== 0x75 || bytes[at + 1] !== 0x30 || bytes[at + 2] !== 0x30) return undefined;
  const code = Number.parseInt(String.fromCharCode(...bytes.subarray(at + 3, at + 5)), 16);
  return Number.isNaN(code) ? undefined : code;
}
