// AssemblyScript: tells where base64 or hex may stand for text.
//
// Of the characters of a group the first three hold the high bits of the three bytes, and those of
// text are few. So two table lookups a block say which characters may be a first, second or third
// one; only where four groups in a row fit are their bytes put together and looked at.

import { lookUp } from './lookup';
import {
  BASE64_VALUES,
  DATA,
  HEX_VALUES,
  OUT,
  TEXT_BYTES,
  TEXT_IN_BASE64,
  TEXT_IN_HEX,
  TEXT_NEXT,
  TEXT_SEEN,
  TEXT_STATE,
  TEXT_STATE_SIZE,
  TEXT_STRIDE,
} from './memory';

/** Groups that must be text, of base64 and of hex: as few bytes as the shortest assignment has. */
const BASE64_GROUPS: u32 = 4;
const HEX_GROUPS: u32 = 12;
/** Starts in a block, and right behind it: there a run that fills the next one begins. */
const STARTS: u32 = 0x1ffff;

/** The block that was looked at last, and which of its characters may be what of a group. */
let block: u32 = 0xffffffff;
let first: u32 = 0;
let second: u32 = 0;
let digit: u32 = 0;

/** Begins a chunk. */
export function beginTexts(): void {
  block = 0xffffffff;
  memory.fill(TEXT_STATE, 0, TEXT_STATE_SIZE);
}

/**
 * Reports where encoded text begins in the 16 bytes before a block, and then every
 * {@link TEXT_STRIDE} characters of it.
 */
export function findTexts(at: u32, length: u32, hits: u32): u32 {
  if (block + 16 !== at) classify(at - 16);
  const first0 = first;
  const second0 = second;
  const digit0 = digit;
  classify(at);
  const groups = fourth(first0 | (first << 16)) & (fourth(second0 | (second << 16)) >> 1);
  let pairs = digit0 | (digit << 16);
  pairs &= pairs >> 2;
  pairs &= pairs >> 4;
  pairs &= pairs >> 8;
  return (groups | pairs) & STARTS ? confirm(at, groups, pairs, length, hits) : hits;
}

/** Where a bit is set, and the three that are each four places further. */
function fourth(bits: u32): u32 {
  const two = bits & (bits >> 4);
  return two & (two >> 8);
}

/** Rows of the ASCII table, and which low nibbles in them may be first and second, or of hex. */
function classify(at: u32): void {
  const found = v128.and(
    lookUp(
      i8x16(-62, 78, -58, -49, -113, -114, -114, -70, 10, 51, 51, 17, 17, 17, 17, 1),
      lowNibbles(at),
    ),
    lookUp(i8x16(0, 0, 0, -64, 9, 10, 20, 32, 0, 0, 0, 0, 0, 0, 0, 0), highNibbles(at)),
  );
  block = at;
  first = lanesOf(found, 7);
  second = lanesOf(found, 120);
  digit = i8x16.bitmask(found);
}

/** Of few places, looks at the third characters too, and whether others than base64's stand there. */
function confirm(at: u32, groups: u32, pairs: u32, length: u32, hits: u32): u32 {
  const before = thirdsAndOthers(at - 16);
  const here = thirdsAndOthers(at);
  const all = fourth((before >> 16) | (here & 0xffff0000));
  const thirds = fourth((before & 0xffff) | (here << 16));
  const texts = groups & (thirds >> 2) & (all >> 3) & STARTS;
  const digits = pairs & all & (all >> 1) & (all >> 2) & (all >> 3) & STARTS;
  if (texts) hits = report(at - 16, texts, length, false, hits);
  return digits ? report(at - 16, digits, length, true, hits) : hits;
}

/** Lanes that may be third in the low half, all of base64 in the high one. */
function thirdsAndOthers(at: u32): u32 {
  const found = v128.and(
    lookUp(
      i8x16(-26, -11, -15, -14, -10, -11, -15, -14, -10, -11, 113, 26, 18, 25, 17, 58),
      lowNibbles(at),
    ),
    lookUp(i8x16(0, 0, 8, -124, 17, 33, 18, 66, 0, 0, 0, 0, 0, 0, 0, 0), highNibbles(at)),
  );
  return lanesOf(found, 7) | (lanesOf(found, -8) << 16);
}

function lowNibbles(at: u32): v128 {
  return v128.and(v128.load(DATA + at), i8x16.splat(15));
}

function highNibbles(at: u32): v128 {
  return v128.and(i16x8.shr_u(v128.load(DATA + at), 4), i8x16.splat(15));
}

function lanesOf(classes: v128, mask: i8): u32 {
  return i8x16.bitmask(i8x16.eq(v128.and(classes, i8x16.splat(mask)), i8x16.splat(0))) ^ 0xffff;
}

/** @param starts - places that look like it, from `base` on */
function report(base: u32, starts: u32, length: u32, isHex: bool, hits: u32): u32 {
  const step: u32 = isHex ? 2 : 4;
  const least = isHex ? HEX_GROUPS : BASE64_GROUPS;
  const grid: u32 = isHex ? 0x15555 : 0x11111;
  for (let place: u32 = 0; place < step; place++) {
    let left = starts & (grid << place);
    if (!left) continue;
    // Blocks lie on the grid, so a place in a block is one in the chunk.
    const state = (<usize>((isHex ? 4 : 0) + place)) << 2;
    let seen = load<u32>(TEXT_SEEN + state);
    let next = load<u32>(TEXT_NEXT + state);
    const goesOn = base + place - seen <= step && left === ((grid << place) & STARTS);
    if (goesOn && base + 16 < next) {
      store<u32>(TEXT_SEEN + state, base + (31 - clz(left)));
      continue;
    }
    for (; left; left &= left - 1) {
      const at = base + ctz(left);
      // What begins in another chunk is reported there; before this one, the number is a huge one.
      if (at >= length) continue;
      const isNew = at - seen > step || at >= next;
      seen = at;
      if (!isNew) continue;
      const groups = isHex ? textInHex(DATA + at) : textInBase64(DATA + at);
      // Before what is no text none can begin that is long enough.
      next = at + (groups < least ? (groups + 1) * step : TEXT_STRIDE);
      if (groups < least) continue;
      store<u32>(OUT + (hits << 3), at);
      store<u32>(OUT + (hits << 3), isHex ? TEXT_IN_HEX : TEXT_IN_BASE64, 4);
      hits++;
    }
    store<u32>(TEXT_SEEN + state, seen);
    store<u32>(TEXT_NEXT + state, next);
  }
  return hits;
}

/**
 * How many groups stand for text, of those that must.
 *
 * @param at - where nothing but characters of base64 stand
 */
function textInBase64(at: usize): u32 {
  let groups: u32 = 0;
  for (; groups < BASE64_GROUPS; groups++) {
    const group: usize = at + 4 * groups;
    const a: u32 = load<u8>(BASE64_VALUES + <usize>load<u8>(group));
    const b: u32 = load<u8>(BASE64_VALUES + <usize>load<u8>(group, 1));
    const c: u32 = load<u8>(BASE64_VALUES + <usize>load<u8>(group, 2));
    const d: u32 = load<u8>(BASE64_VALUES + <usize>load<u8>(group, 3));
    const word = (a << 18) | (b << 12) | (c << 6) | d;
    if (!(isText(word >> 16) & isText((word >> 8) & 255) & isText(word & 255))) break;
  }
  return groups;
}

function textInHex(at: usize): u32 {
  let groups: u32 = 0;
  for (; groups < HEX_GROUPS; groups++) {
    const high: u32 = load<u8>(HEX_VALUES + <usize>load<u8>(at + 2 * groups));
    const low: u32 = load<u8>(HEX_VALUES + <usize>load<u8>(at + 2 * groups, 1));
    if (!isText((high << 4) | low)) break;
  }
  return groups;
}

function isText(byte: u32): u32 {
  return load<u8>(TEXT_BYTES + byte);
}

writeTables();

function writeTables(): void {
  for (let i: u32 = 0; i < 26; i++) {
    store<u8>(BASE64_VALUES + 0x41 + i, i);
    store<u8>(BASE64_VALUES + 0x61 + i, 26 + i);
  }
  for (let i: u32 = 0; i < 10; i++) store<u8>(BASE64_VALUES + 0x30 + i, 52 + i);
  store<u8>(BASE64_VALUES + 0x2b, 62);
  store<u8>(BASE64_VALUES + 0x2d, 62);
  store<u8>(BASE64_VALUES + 0x2f, 63);
  store<u8>(BASE64_VALUES + 0x5f, 63);
  memory.fill(HEX_VALUES, 0xff, 256);
  for (let i: u32 = 0; i < 10; i++) store<u8>(HEX_VALUES + 0x30 + i, i);
  for (let i: u32 = 0; i < 6; i++) {
    store<u8>(HEX_VALUES + 0x41 + i, 10 + i);
    store<u8>(HEX_VALUES + 0x61 + i, 10 + i);
  }
  memory.fill(TEXT_BYTES + 0x20, 1, 0x5f);
  store<u8>(TEXT_BYTES + 0x09, 1);
  store<u8>(TEXT_BYTES + 0x0a, 1);
  store<u8>(TEXT_BYTES + 0x0d, 1);
}
