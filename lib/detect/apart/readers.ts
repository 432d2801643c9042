import { hexPair } from '../../json/hex.ts';
import { startsWith } from '../boundary.ts';
import { DIGIT } from '../byte-class.ts';
import { skipGap } from '../pem/gap.ts';
import type { PrintedTexts } from './printed.ts';

/**
 * Reads the bytes that are printed from a place on.
 *
 * @param texts - is given those that are text
 * @param isPlain - as in `readApart`
 * @returns where they end, as far as they were read
 */
export type ByteReader = (
  bytes: Uint8Array,
  at: number,
  texts: PrintedTexts,
  isPlain: boolean,
) => number;

const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const SPACE = 0x20;
const ZERO = 0x30;
const X = 0x78;
const BRACKET = 0x5b;

/** `0x41, 0x42`, in lines of any length. */
export const readList: ByteReader = (bytes, from, texts) => {
  let end = from;
  for (let at = from; bytes[at] === ZERO && bytes[at + 1] === X; at = nextOfList(bytes, end)) {
    const value = hexPair(bytes, at + 2);
    if (value < 0) break;
    end = at + 4;
    if (isText(value)) texts.add(value, at, end);
    else texts.cut();
  }
  texts.cut();
  return end;
};

function nextOfList(bytes: Uint8Array, end: number): number {
  if (bytes[end] !== COMMA) return end;
  const next = bytes[end + 1] === SPACE ? end + 2 : end + 1;
  return bytes[next] === ZERO ? next : skipGap(bytes, next, false).at;
}

/** `\x41\x42`, under any number of layers of escapes. */
export const readEscapes: ByteReader = (bytes, from, texts) => {
  let at = from;
  while (bytes[at - 1] === BACKSLASH) at--;
  for (;;) {
    const mark = backslashesEnd(bytes, at);
    const value = mark > at && bytes[mark] === X ? hexPair(bytes, mark + 1) : -1;
    if (value < 0) break;
    if (isText(value)) texts.add(value, at, mark + 3);
    else texts.cut();
    at = mark + 3;
  }
  texts.cut();
  return at;
};

/** `<Buffer 41 42 …>`, as Node prints its buffers. */
export const readBufferPairs: ByteReader = (bytes, from, texts) => {
  let at = from + '<Buffer '.length;
  for (let value = hexPair(bytes, at); value >= 0; value = hexPair(bytes, at)) {
    if (isText(value)) texts.add(value, at, at + 2);
    else texts.cut();
    at += bytes[at + 2] === SPACE ? 3 : 2;
  }
  texts.cut();
  return at;
};

/**
 * `{"type":"Buffer","data":[65,66]}`, as Node writes its buffers in JSON; within a string only:
 * numbers of a document cannot be replaced.
 */
export const readBufferJson: ByteReader = (bytes, from, texts, isPlain) => {
  const begun = from + 'Buffer'.length;
  const first = numbersStart(bytes, begun);
  if (first === undefined || (bytes[begun] === QUOTE && !isPlain)) return begun;
  let at = first;
  for (let end = digitsEnd(bytes, at); end > at; end = digitsEnd(bytes, at)) {
    const value = numberOf(bytes, at, end);
    if (isText(value)) texts.add(value, at, end);
    else texts.cut();
    at = skipBlanks(bytes, end);
  }
  texts.cut();
  return at;
};

const DATA = Buffer.from('data');

/** Where the numbers begin behind the name of the type. */
function numbersStart(bytes: Uint8Array, from: number): number | undefined {
  const name = quoteEnd(bytes, skipBlanks(bytes, quoteEnd(bytes, from)));
  if (!startsWith(bytes, DATA, name)) return undefined;
  const colon = quoteEnd(bytes, name + DATA.length);
  const bracket = skipBlanks(bytes, colon + 1);
  if (bytes[colon] !== COLON || bytes[bracket] !== BRACKET) return undefined;
  return skipBlanks(bytes, bracket + 1);
}

/** Where a quote ends, however often it is escaped. */
function quoteEnd(bytes: Uint8Array, at: number): number {
  const mark = backslashesEnd(bytes, at);
  return bytes[mark] === QUOTE ? mark + 1 : at;
}

/** Skips commas, spaces and line ends, escaped or not. */
function skipBlanks(bytes: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    const byte = bytes[at];
    if (byte === COMMA || byte === SPACE || byte === 0x0a || byte === 0x0d || byte === 0x09) at++;
    else {
      const mark = byte === BACKSLASH ? backslashesEnd(bytes, at) : at;
      const isEscape = bytes[mark] === 0x6e || bytes[mark] === 0x72 || bytes[mark] === 0x74;
      if (mark === at || !isEscape) return at;
      at = mark + 1;
    }
  }
}

function backslashesEnd(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === BACKSLASH) at++;
  return at;
}

function digitsEnd(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at - from < 3 && DIGIT.has[bytes[at] as number] === 1) at++;
  return at;
}

function numberOf(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) value = 10 * value + (bytes[at] as number) - ZERO;
  return value;
}

/** Printable ASCII, and what parts lines and words. */
function isText(value: number): boolean {
  return (value >= SPACE && value < 0x7f) || value === 0x0a || value === 0x0d || value === 0x09;
}
