// AssemblyScript, not TypeScript: compiled to WebAssembly by build/kernel.mjs.
//
// Two searches over a chunk of bytes that the host copied to DATA. Both write (u32, u32) pairs to
// OUT and stop early when it is nearly full, leaving in RESUME where to go on, so no hit is lost.
//
// `findAnchors` is Teddy (Hyperscan's SIMD multi-literal search): two nibble tables for each of
// four positions give, per byte, the buckets whose window may end here. A lane that survives asks
// a hash set of all windows (4-grams) before any anchor is compared: without it a hundred anchors
// cost ten times as much.
//
// What a secret's beginning looks like in base64 or hex cannot be told from a name by nibbles: such
// windows are looked for only around blocks of 16 that hold nothing but base64 characters, which any
// run of 31 has and ordinary text rarely.
//
// `findGrams` samples every 13th 8-gram and every 5th 4-gram against two Bloom filters.

export { beginJson, endJson, readJson } from './json';
export * from './memory';

import {
  ANCHORS,
  BLOOM,
  CHAINS,
  CLASSES,
  DATA,
  ESCAPED_SLASH,
  HEADS,
  LINE_END,
  NIBBLES,
  OUT,
  OUT_CAPACITY,
  RESUME,
  ROW,
  RUN_WINDOWS,
  WINDOWS,
} from './memory';

const MULTIPLIER: u32 = 2654435761;

/** Most hits that one block of 16 lanes is expected to add; the buffer keeps this much room. */
const ROOM: u32 = 2048;

function compare(at: usize, position: u32, hits: u32): u32 {
  if (load<u16>(at, 2) === 0x2f5c) {
    let before = at + 1;
    while (before >= DATA - 64 && load<u8>(before) === 0x5c) before--;
    // A run that reaches out of the chunk counts as a hazard: the slower way is always right.
    if (before < DATA - 64 || !((at + 1 - before) & 1)) store<u32>(ESCAPED_SLASH, 1);
  }
  const hash = (load<u32>(at) * MULTIPLIER) >> 16;
  if (!((load<u8>(WINDOWS + (hash >> 3)) >> <u8>(hash & 7)) & 1)) return hits;
  return compareAnchors(at, position, hash, hits);
}

function compareAnchors(at: usize, position: u32, hash: u32, hits: u32): u32 {
  for (let entry: u32 = load<u16>(HEADS + (hash << 1)); entry; ) {
    const link: usize = CHAINS + (entry << 2);
    const id: u32 = load<u16>(link);
    entry = load<u16>(link, 2);
    const anchor: usize = ANCHORS + id * 24;
    const length: u32 = load<u8>(anchor);
    const start: usize = at - load<u8>(anchor, 1);
    let i: u32 = 0;
    for (; i < length; i++) {
      const byte: u32 = load<u8>(start + i);
      const members: usize = CLASSES + ((<usize>load<u8>(anchor + i, 8)) << 5);
      if (!((load<u8>(members + (byte >> 3)) >> <u8>(byte & 7)) & 1)) break;
    }
    if (i === length && hits < OUT_CAPACITY) {
      const out: usize = OUT + (hits << 3);
      store<u32>(out, position);
      store<u32>(out, id, 4);
      hits++;
    }
  }
  return hits;
}

/** Looks for the windows of runs that begin in [from, to). */
function searchRun(from: i32, to: i32, hits: u32): u32 {
  for (let i = from; i < to; i++) {
    const hash = (load<u32>(DATA + i) * MULTIPLIER) >> 16;
    if (!((load<u8>(RUN_WINDOWS + (hash >> 3)) >> <u8>(hash & 7)) & 1)) continue;
    hits = compareAnchors(DATA + i, <u32>i, hash, hits);
  }
  return hits;
}

function isRunByte(byte: u32): bool {
  const letter = byte | 0x20;
  return (
    (letter >= 0x61 && letter <= 0x7a) ||
    (byte >= 0x2f && byte <= 0x39) ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x5f
  );
}

/** Reports the end of a run, at or after `from`, where a line ends with it. */
function reportLineEnd(from: u32, hits: u32): u32 {
  let at: usize = DATA + from;
  while (isRunByte(load<u8>(at))) at++;
  const end = <u32>(at - DATA);
  let next: u32 = load<u8>(at);
  while (next === 0x5c && at < DATA + end + 16) next = load<u8>(++at);
  const isEscape = at > DATA + end;
  const isEnd = isEscape ? next === 0x6e || next === 0x72 : next === 0x0a || next === 0x0d;
  if (!isEnd || hits >= OUT_CAPACITY) return hits;
  store<u32>(OUT + (hits << 3), end);
  store<u32>(OUT + (hits << 3), LINE_END, 4);
  return hits + 1;
}

function look(table: usize, low: v128, high: v128): v128 {
  return v128.and(i8x16.swizzle(v128.load(table), low), i8x16.swizzle(v128.load(table, 16), high));
}

function combine(m0: v128, m1: v128, m2: v128, m3: v128, p0: v128, p1: v128, p2: v128): v128 {
  return v128.and(
    v128.and(
      i8x16.shuffle(p0, m0, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28),
      i8x16.shuffle(p1, m1, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29),
    ),
    v128.and(
      i8x16.shuffle(p2, m2, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30),
      m3,
    ),
  );
}

/**
 * Finds anchors whose window begins in [from, length). Writes (window position, anchor).
 * Returns the number of hits; RESUME is `length` when the chunk is done.
 */
export function findAnchors(from: u32, length: u32): u32 {
  const nibble = i8x16.splat(15);
  const zero = i8x16.splat(0);
  let hits: u32 = 0;
  let a0 = zero,
    a1 = zero,
    a2 = zero,
    b0 = zero,
    b1 = zero,
    b2 = zero;
  // What of the classes of base64 characters a low nibble may belong to, and a high one stands for.
  const lowClasses = i8x16(26, 30, 30, 30, 30, 30, 30, 30, 30, 30, 28, 5, 4, 5, 4, 13);
  const highClasses = i8x16(0, 0, 1, 2, 4, 8, 4, 16, 0, 0, 0, 0, 0, 0, 0, 0);
  let row = load<u32>(ROW);
  /** How far runs were searched. */
  let searched: i32 = -15;
  // A window is seen at its fourth byte, so the last ones end behind the chunk.
  for (let i: u32 = from; i < length + 3; i += 16) {
    const bytes = v128.load(DATA + i);
    const low = v128.and(bytes, nibble);
    const high = i8x16.shr_u(bytes, 4);
    const classes = v128.and(i8x16.swizzle(lowClasses, low), i8x16.swizzle(highClasses, high));
    if (i8x16.all_true(classes)) {
      const start = max(searched, <i32>i - 15);
      searched = min(<i32>i + 31, <i32>length);
      hits = searchRun(start, searched, hits);
      row++;
    } else if (row !== 0) {
      if (row > 1) hits = reportLineEnd(i, hits);
      row = 0;
    }
    const m0 = look(NIBBLES, low, high);
    const m1 = look(NIBBLES + 32, low, high);
    const m2 = look(NIBBLES + 64, low, high);
    const m3 = look(NIBBLES + 96, low, high);
    const n0 = look(NIBBLES + 128, low, high);
    const n1 = look(NIBBLES + 160, low, high);
    const n2 = look(NIBBLES + 192, low, high);
    const n3 = look(NIBBLES + 224, low, high);
    const found = v128.or(combine(m0, m1, m2, m3, a0, a1, a2), combine(n0, n1, n2, n3, b0, b1, b2));
    a0 = m0;
    a1 = m1;
    a2 = m2;
    b0 = n0;
    b1 = n1;
    b2 = n2;
    if (v128.any_true(found)) {
      let lanes: u32 = i8x16.bitmask(i8x16.ne(found, zero));
      while (lanes) {
        const lane = i + ctz(lanes);
        lanes &= lanes - 1;
        if (lane >= from + 3 && lane - 3 < length) hits = compare(DATA + lane - 3, lane - 3, hits);
      }
      if (hits + ROOM > OUT_CAPACITY && i + 13 < length) {
        store<u32>(RESUME, i + 13);
        store<u32>(ROW, row);
        return hits;
      }
    }
  }
  store<u32>(RESUME, length);
  store<u32>(ROW, row);
  return hits;
}

/** Hash of 8 bytes, as the host computes it too: two words folded, then mixed. */
function hashLong(at: usize): u32 {
  let h = load<u32>(at) * 0x85ebca6b;
  h = (rotl(h, 15) ^ load<u32>(at, 4)) * 0xc2b2ae35;
  return h ^ (h >> 15);
}

function hashShort(at: usize): u32 {
  const h = load<u32>(at) * 0xcc9e2d51;
  return (h ^ (h >> 15)) * 0x1b873593;
}

/** Bits of one filter: 2^22, probed twice. */
function inBloom(filter: usize, h: u32): bool {
  const first = h >> 10;
  if (!((load<u8>(filter + (first >> 3)) >> <u8>(first & 7)) & 1)) return false;
  const second = (h * MULTIPLIER) >> 10;
  return <bool>((load<u8>(filter + (second >> 3)) >> <u8>(second & 7)) & 1);
}

/**
 * Probes the grams that begin at multiples of `stride` in [from, length); `long` chooses 8-grams
 * and their filter. Writes (position, hash).
 */
export function findGrams(from: u32, length: u32, stride: u32, long: bool): u32 {
  const filter: usize = long ? BLOOM : BLOOM + (1 << 19);
  let hits: u32 = 0;
  for (let i: u32 = from; i < length; i += stride) {
    const hash = long ? hashLong(DATA + i) : hashShort(DATA + i);
    if (!inBloom(filter, hash)) continue;
    const out: usize = OUT + (hits << 3);
    store<u32>(out, i);
    store<u32>(out, hash, 4);
    if (++hits === OUT_CAPACITY) {
      store<u32>(RESUME, i + stride);
      return hits;
    }
  }
  store<u32>(RESUME, length);
  return hits;
}
