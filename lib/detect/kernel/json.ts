// AssemblyScript: tells whether bytes are one JSON document, in a quarter of a parser's time.

import { lookUp } from './lookup';
import { DATA, NESTING } from './memory';

/** Deeper documents count as none, as they do for the parser. */
const MAX_DEPTH: u32 = 512;

/** What may come next in a document. Numbers are left by the first byte that is none of theirs. */
enum Expects {
  Value,
  ValueOrEnd,
  Key,
  KeyOrEnd,
  Colon,
  CommaOrEnd,
  Text,
  Escape,
  Hex,
  Word,
  FirstDigit,
  Zero,
  Digits,
  FirstDecimal,
  Decimals,
  Exponent,
  FirstExponentDigit,
  ExponentDigits,
  Nothing,
}

let expects: Expects = Expects.Value;
let depth: u32 = 0;
let isKey: bool = false;
let hexLeft: u32 = 0;
/** The rest of `true`, `false` or `null`, first byte lowest. */
let word: u32 = 0;

export function beginJson(): void {
  expects = Expects.Value;
  depth = 0;
}

/** Reads the next chunk; false where the document is broken. */
export function readJson(length: u32): bool {
  for (let i: u32 = 0; i < length; ) {
    if (expects === Expects.Text) {
      i = textEnd(i, length);
      if (i === length) break;
    }
    const byte: u32 = load<u8>(DATA + i++);
    if (!readByte(byte)) return false;
  }
  return true;
}

/** Whether the document is complete. */
export function endJson(): bool {
  leaveNumber();
  return expects === Expects.CommaOrEnd && depth === 0;
}

/**
 * The next byte of a string that needs a look: its quote, a control character, a backslash whose
 * escape is none of the short ones or reaches out of the chunk.
 */
function textEnd(from: u32, length: u32): u32 {
  const quote = i8x16.splat(0x22);
  const backslash = i8x16.splat(0x5c);
  const space = i8x16.splat(0x20);
  const nibble = i8x16.splat(15);
  // `"`, `\\`, `/`, `b`, `f`, `n`, `r`, `t`: which rows a low nibble belongs to, and which row a high
  // one is.
  const lowShort = i8x16(0, 0, 9, 0, 8, 0, 4, 0, 0, 0, 0, 0, 2, 0, 4, 1);
  const highShort = i8x16(0, 0, 1, 0, 0, 2, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0);
  /** Whether the block's first byte is escaped. */
  let escapes: u32 = 0;
  for (let i = from; i < length; i += 16) {
    const bytes = v128.load(DATA + i);
    const slashes: u32 = i8x16.bitmask(i8x16.eq(bytes, backslash)) & ~escapes;
    // Of a row of backslashes every other one escapes: as `find_escaped` of simdjson has it.
    const behind = (slashes << 1) | escapes;
    const begins = slashes & 0xaaaa & ~behind;
    const sum = begins + slashes;
    const escaped = (0x5555 ^ (sum << 1)) & behind & 0xffff;
    const short = v128.and(
      lookUp(lowShort, v128.and(bytes, nibble)),
      lookUp(highShort, v128.and(i16x8.shr_u(bytes, 4), nibble)),
    );
    const isShort: u32 = i8x16.bitmask(i8x16.eq(short, i8x16.splat(0))) ^ 0xffff;
    const quotes: u32 = i8x16.bitmask(i8x16.eq(bytes, quote));
    const controls: u32 = i8x16.bitmask(i8x16.lt_u(bytes, space));
    const others = escaped & ~isShort;
    // The backslash of such an escape may end the block before.
    if (others & 1) return i - 1;
    const stops = ((quotes | controls) & ~escaped) | (others >> 1);
    const stop = i + ctz(stops | 0x10000);
    if (stop < min(i + 16, length)) return stop;
    escapes = sum >> 16;
    if (i + 16 >= length) {
      const isOpen = ((escaped | (escapes << 16)) >> (length - i)) & 1;
      return length - isOpen;
    }
  }
  return length;
}

function readByte(byte: u32): bool {
  switch (expects) {
    case Expects.Text:
      if (byte === 0x22) expects = isKey ? Expects.Colon : Expects.CommaOrEnd;
      else if (byte === 0x5c) expects = Expects.Escape;
      else return byte >= 0x20;
      return true;
    case Expects.Escape:
      expects = byte === 0x75 ? Expects.Hex : Expects.Text;
      hexLeft = 4;
      return byte === 0x75 || isShortEscape(byte);
    case Expects.Hex:
      if (--hexLeft === 0) expects = Expects.Text;
      return isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
    case Expects.Word:
      if (byte !== (word & 0xff)) return false;
      word >>= 8;
      if (!word) expects = Expects.CommaOrEnd;
      return true;
  }
  if (expects >= Expects.FirstDigit && readDigit(byte)) return true;
  if (expects >= Expects.FirstDigit) {
    leaveNumber();
    if (expects === Expects.Nothing) return false;
  }
  return isSpace(byte) || readStructure(byte);
}

function readStructure(byte: u32): bool {
  const inObject = depth > 0 && load<u8>(NESTING + depth) === 1;
  switch (expects) {
    case Expects.ValueOrEnd:
      if (byte === 0x5d) return close();
      return beginValue(byte);
    case Expects.Value:
      return beginValue(byte);
    case Expects.KeyOrEnd:
      if (byte === 0x7d) return close();
      return beginKey(byte);
    case Expects.Key:
      return beginKey(byte);
    case Expects.Colon:
      expects = Expects.Value;
      return byte === 0x3a;
  }
  if (depth === 0) return false;
  if (byte === <u32>(inObject ? 0x7d : 0x5d)) return close();
  expects = inObject ? Expects.Key : Expects.Value;
  return byte === 0x2c;
}

function beginKey(byte: u32): bool {
  isKey = true;
  expects = Expects.Text;
  return byte === 0x22;
}

function beginValue(byte: u32): bool {
  if (depth > MAX_DEPTH) return false;
  switch (byte) {
    case 0x22:
      isKey = false;
      expects = Expects.Text;
      return true;
    case 0x5b:
    case 0x7b:
      depth++;
      store<u8>(NESTING + depth, byte === 0x7b ? 1 : 0);
      expects = byte === 0x7b ? Expects.KeyOrEnd : Expects.ValueOrEnd;
      return true;
    case 0x74:
      return beginWord(0x657572);
    case 0x66:
      return beginWord(0x65736c61);
    case 0x6e:
      return beginWord(0x6c6c75);
    case 0x2d:
      expects = Expects.FirstDigit;
      return true;
  }
  expects = byte === 0x30 ? Expects.Zero : Expects.Digits;
  return isDigit(byte);
}

function beginWord(rest: u32): bool {
  word = rest;
  expects = Expects.Word;
  return true;
}

function close(): bool {
  depth--;
  expects = Expects.CommaOrEnd;
  return true;
}

/** Whether a byte goes on with the number. */
function readDigit(byte: u32): bool {
  const whole = expects === Expects.Zero || expects === Expects.Digits;
  if (isDigit(byte)) {
    if (expects === Expects.Zero) return false;
    if (expects === Expects.FirstDigit) expects = byte === 0x30 ? Expects.Zero : Expects.Digits;
    else if (expects === Expects.FirstDecimal) expects = Expects.Decimals;
    else if (expects === Expects.Exponent || expects === Expects.FirstExponentDigit)
      expects = Expects.ExponentDigits;
    return true;
  }
  if (byte === 0x2e && whole) expects = Expects.FirstDecimal;
  else if ((byte | 0x20) === 0x65 && (whole || expects === Expects.Decimals))
    expects = Expects.Exponent;
  else if ((byte === 0x2b || byte === 0x2d) && expects === Expects.Exponent)
    expects = Expects.FirstExponentDigit;
  else return false;
  return true;
}

function leaveNumber(): void {
  if (expects < Expects.FirstDigit) return;
  const complete =
    expects === Expects.Zero ||
    expects === Expects.Digits ||
    expects === Expects.Decimals ||
    expects === Expects.ExponentDigits;
  expects = complete ? Expects.CommaOrEnd : Expects.Nothing;
}

function isDigit(byte: u32): bool {
  return byte >= 0x30 && byte <= 0x39;
}

function isSpace(byte: u32): bool {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** `"`, `\\`, `/`, `b`, `f`, `n`, `r`, `t`. */
function isShortEscape(byte: u32): bool {
  const set: u64 = byte < 64 ? 0x0000800400000000 : 0x0014404410000000;
  return byte < 128 && <bool>((set >> (byte & 63)) & 1);
}
