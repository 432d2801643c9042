// AssemblyScript, not TypeScript: compiled to WebAssembly by build/kernel.mjs.
//
// Two searches over a chunk of bytes that the host copied to DATA. Both write (u32, u32) pairs to
// OUT and stop early when it is nearly full, to go on when they are called again: no hit is lost.
//
// `findAnchors` looks for two kinds of anchors in one pass.
//
// Those of names, URLs and markers may stand anywhere: Teddy (Hyperscan's SIMD multi-literal search)
// has two nibble tables for each of four positions, which give, per byte, the buckets whose window
// may end here. A lane that survives asks a hash set of all windows (4-grams) before any anchor is
// compared.
//
// Most secrets are long runs of base64 characters, of which ordinary text has few: their windows are
// looked up only where 16 such characters stand together at a multiple of four, as they do in any run
// of 19. So a hundred prefixes cost next to nothing, and eight buckets are enough for the rest. In
// such runs it also looks for base64 and hex that stand for text, for the host to decode and search.
//
// `findGrams` samples every 13th 8-gram and every 5th 4-gram against Bloom filters.

export { beginJson, endJson, readJson } from './json';
export * from './memory';

import { lookUp } from './lookup';
import {
  ANCHORS,
  BLOCKS,
  CHAINS,
  CLASSES,
  DATA,
  GROUPS,
  HEADS,
  LAST_BLOCK,
  LINE_END,
  MOST_ALIKE,
  NIBBLES,
  OUT,
  OUT_CAPACITY,
  RESUME,
  RUN_END,
  RUN_LEAD,
  RUN_WINDOWS,
  WINDOWS,
} from './memory';
import { beginTexts, findTexts } from './text';

const MULTIPLIER: u32 = 2654435761;

/** Most hits that two blocks add; the buffer keeps this much room. */
const ROOM: u32 = MOST_ALIKE * 48;

/** Bytes that are sieved before what was let through is looked at: 255 pairs of blocks. */
const STRETCH: u32 = 8160;

/** What {@link sawSigns} gives: bits for signs that the text, or what follows a chunk of it, holds. */
const PERCENT: u32 = 1;
const ESCAPE_CODE: u32 = 2;

let escapedSlash: bool = false;
let signs: u32 = 0;
/** How many blocks of base64 characters in a row end at `rowEnd`. */
let rows: u32 = 0;
let rowEnd: u32 = 0;
/** How far the chunk was sieved, and what of it is still to be looked at. */
let done: u32 = 0;
let lastFull: u32 = 0;
let nextBlock: u32 = 0;
let blockCount: u32 = 0;
let nextGroup: u32 = 0;
let groupCount: u32 = 0;

function compare(at: usize, position: u32, hits: u32): u32 {
  if (load<u16>(at, 2) === 0x2f5c) {
    let before = at + 1;
    while (before >= DATA - 64 && load<u8>(before) === 0x5c) before--;
    // A run that reaches out of the chunk counts as a hazard: the slower way is always right.
    if (before < DATA - 64 || !((at + 1 - before) & 1)) escapedSlash = true;
  }
  const hash = (load<u32>(at) * MULTIPLIER) >> 16;
  if (!((load<u8>(WINDOWS + (hash >> 3)) >> <u8>(hash & 7)) & 1)) return hits;
  return compareAnchors(at, position, hash, hits, 0);
}

/** @param kind - 1: the anchors of runs, 0: all others */
function compareAnchors(at: usize, position: u32, hash: u32, hits: u32, kind: u32): u32 {
  for (let entry: u32 = load<u16>(HEADS + (hash << 1)); entry; ) {
    const link: usize = CHAINS + (entry << 2);
    const id: u32 = load<u16>(link);
    entry = load<u16>(link, 2);
    const anchor: usize = ANCHORS + id * 24;
    if (load<u8>(anchor, 2) !== kind) continue;
    const left: u32 = load<u8>(anchor, 3);
    if (left && !mayBegin(at - load<u8>(anchor, 4), left)) continue;
    const length: u32 = load<u8>(anchor);
    const start: usize = at - load<u8>(anchor, 1);
    let i: u32 = 0;
    for (; i < length; i++) {
      const byte: u32 = load<u8>(start + i);
      const members: usize = CLASSES + ((<usize>load<u8>(anchor + i, 8)) << 5);
      if (!((load<u8>(members + (byte >> 3)) >> <u8>(byte & 7)) & 1)) break;
    }
    if (i === length) {
      const out: usize = OUT + (hits << 3);
      store<u32>(out, position);
      store<u32>(out, id, 4);
      hits++;
    }
  }
  return hits;
}

/**
 * Whether the host need be asked if something may begin here: not in the middle of a word, but where
 * an escape or a colour code may end, which it knows.
 *
 * @param left - 1: not behind a word, 2: nor behind what joins names
 */
function mayBegin(at: usize, left: u32): bool {
  const before: u32 = load<u8>(at - 1);
  if (!isWord(before)) return left === 1 || (before !== 0x2e && before !== 0x2d);
  const second: u32 = load<u8>(at - 2);
  if (isWord(second)) {
    const third: u32 = load<u8>(at - 3);
    if (isHex(before) && isHex(second) && (third === 0x25 || third === 0x78 || isHex(third)))
      return true;
    return second <= 0x39 && before > 0x39;
  }
  return (
    second === 0x5c || second === 0x5b || second === 0x3b || second === 0x3a || second === 0x3f
  );
}

function isWord(byte: u32): bool {
  const letter = byte | 0x20;
  return (letter >= 0x61 && letter <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x5f;
}

function isHex(byte: u32): bool {
  const letter = byte | 0x20;
  return (byte >= 0x30 && byte <= 0x39) || (letter >= 0x61 && letter <= 0x66);
}

/**
 * Looks for the windows of runs before and in the groups of 16 that are full.
 *
 * @param full - bit n: four base64 characters stand at `base + 4 * n`; 8 bits
 */
function searchGroups(base: i32, full: u32, length: i32, hits: u32): u32 {
  // Of five groups none is alone: where two are full, so are those between them.
  const groups = full & (full >> 1) & (full >> 2) & (full >> 3);
  const fresh = groups & 0x1e;
  const first = ctz(fresh);
  // Where a run begins, its window may begin before it.
  const lead = (groups >> (first - 1)) & 1 ? 3 : 3 + RUN_LEAD;
  const to = min(base + 4 * (31 - clz(fresh)) + 1, length);
  for (let i = max(0, base + 4 * first - lead); i < to; i++) {
    const hash = (load<u32>(DATA + i) * MULTIPLIER) >> 14;
    if (!((load<u8>(RUN_WINDOWS + (hash >> 3)) >> <u8>(hash & 7)) & 1)) continue;
    hits = compareAnchors(DATA + i, <u32>i, hash >> 2, hits, 1);
  }
  return hits;
}

/** @param full - as of {@link searchGroups}, of the block and the one before it */
function searchBlock(block: u32, full: u32, length: u32, hits: u32): u32 {
  const groups = full & (full >> 1) & (full >> 2) & (full >> 3) & 0x1e;
  if (!groups) return hits;
  hits = searchGroups(<i32>block - 16, full, <i32>length, hits);
  hits = findTexts(block, length, hits);
  return block < length && full >> 4 === 15 ? lengthenRow(block, hits) : hits;
}

/**
 * Counts the blocks of a long run, and reports its end where it is left.
 *
 * @param block - one that holds nothing but base64 characters
 */
function lengthenRow(block: u32, hits: u32): u32 {
  if (block !== rowEnd) hits = leaveRow(hits);
  rowEnd = block + 16;
  rows++;
  return hits;
}

function leaveRow(hits: u32): u32 {
  const isLong = rows > 1;
  rows = 0;
  return isLong ? reportRunEnd(rowEnd, hits) : hits;
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

/** Reports the end of a run, at or after `from`, and whether a line ends with it. */
function reportRunEnd(from: u32, hits: u32): u32 {
  let at: usize = DATA + from;
  while (isRunByte(load<u8>(at))) at++;
  const end = <u32>(at - DATA);
  let next: u32 = load<u8>(at);
  while (next === 0x5c && at < DATA + end + 16) next = load<u8>(++at);
  const isEscape = at > DATA + end;
  const isLineEnd = isEscape ? next === 0x6e || next === 0x72 : next === 0x0a || next === 0x0d;
  store<u32>(OUT + (hits << 3), end);
  store<u32>(OUT + (hits << 3), isLineEnd ? LINE_END : RUN_END, 4);
  return hits + 1;
}

function look(lowTable: v128, highTable: v128, low: v128, high: v128): v128 {
  return v128.and(lookUp(lowTable, low), lookUp(highTable, high));
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

/** Begins a text. */
export function beginSearch(): void {
  escapedSlash = false;
  signs = 0;
  rows = 0;
  rowEnd = 0;
  done = 0;
}

/** Whether `\\/` was met behind an even number of further backslashes. */
export function sawEscapedSlash(): bool {
  return escapedSlash;
}

/** Whether percent signs (1) and Escape bytes (2) were met. */
export function sawSigns(): u32 {
  return signs;
}

/**
 * Finds the anchors whose window begins in the chunk. Writes (window position, anchor).
 *
 * @returns the number of hits; where {@link isSearched} says no, there are more: call it again
 */
export function findAnchors(length: u32): u32 {
  // A window is seen at its fourth byte, and a run's when the run has shown its length.
  const end = length + RUN_LEAD + 18;
  let hits: u32 = 0;
  if (done === 0) {
    beginTexts();
    sieve(0, min(STRETCH, end));
  }
  for (;;) {
    while (nextBlock < blockCount) {
      if (hits + ROOM > OUT_CAPACITY) return hits;
      const block: u32 = load<u32>(BLOCKS + (nextBlock << 3));
      let lanes: u32 = load<u32>(BLOCKS + (nextBlock << 3), 4);
      nextBlock++;
      while (lanes) {
        const window = block + ctz(lanes) - 3;
        lanes &= lanes - 1;
        if (window < length) hits = compare(DATA + window, window, hits);
      }
    }
    while (nextGroup < groupCount) {
      if (hits + ROOM > OUT_CAPACITY) return hits;
      const block: u32 = load<u32>(GROUPS + (nextGroup << 3));
      const full: u32 = load<u32>(GROUPS + (nextGroup << 3), 4);
      nextGroup++;
      hits = searchBlock(block, full & 0xff, length, hits);
      if (block + 16 < end) hits = searchBlock(block + 16, full >> 4, length, hits);
    }
    if (done >= end) break;
    sieve(done, min(done + STRETCH, end));
  }
  // A run that reaches the chunk's end goes on in the next one.
  if (rowEnd < length) hits = leaveRow(hits);
  rowEnd = 0;
  done = 0;
  return hits;
}

/** Whether the last call of {@link findAnchors} reached the end of its chunk. */
export function isSearched(): bool {
  return done === 0;
}

/** Which of the four groups of a block hold nothing but base64 characters, by their classes. */
function fullGroups(classes: v128, ofRuns: v128): u32 {
  const zero = i8x16.splat(0);
  return i32x4.bitmask(i32x4.eq(i8x16.eq(v128.and(classes, ofRuns), zero), zero));
}

/**
 * Lists the pairs of blocks of [from, to) in which a window may end, with their lanes, and those in which a
 * group of a run ends. A loop without a branch or a call: so everything stays in registers, and
 * nothing is predicted wrongly.
 */
function sieve(from: u32, to: u32): void {
  const nibble = i8x16.splat(15);
  const zero = i8x16.splat(0);
  // What of the classes of base64 characters a low nibble may belong to, and a high one stands for.
  // Two more for signs: 32 for Escape, 64 for the percent sign.
  const lowClasses = i8x16(26, 30, 30, 30, 30, 94, 30, 30, 30, 30, 28, 37, 4, 5, 4, 13);
  const highClasses = i8x16(0, 32, 65, 2, 4, 8, 4, 16, 0, 0, 0, 0, 0, 0, 0, 0);
  const ofRuns = i8x16.splat(31);
  let seen = zero;
  // What was seen before: nothing at the beginning of a chunk, whose first windows are its own.
  let before0 = from ? v128.load(LAST_BLOCK) : zero;
  let before1 = from ? v128.load(LAST_BLOCK, 16) : zero;
  let before2 = from ? v128.load(LAST_BLOCK, 32) : zero;
  let full = from ? lastFull : 0;
  let block: usize = BLOCKS;
  let group: usize = GROUPS;
  for (let i = from; i < to; i += 32) {
    const first = v128.load(DATA + i);
    const low = v128.and(first, nibble);
    const high = v128.and(i16x8.shr_u(first, 4), nibble);
    const second = v128.load(DATA + i, 16);
    const nextLow = v128.and(second, nibble);
    const nextHigh = v128.and(i16x8.shr_u(second, 4), nibble);
    const classes = v128.and(lookUp(lowClasses, low), lookUp(highClasses, high));
    const nextClasses = v128.and(lookUp(lowClasses, nextLow), lookUp(highClasses, nextHigh));
    seen = v128.or(seen, v128.or(classes, nextClasses));
    full =
      (full >> 8) | (fullGroups(classes, ofRuns) << 4) | (fullGroups(nextClasses, ofRuns) << 8);
    store<u64>(group, <u64>i | ((<u64>full) << 32));
    group += (<usize>((full & (full >> 1) & (full >> 2) & (full >> 3) & 0x1fe) !== 0)) << 3;
    const low0 = v128.load(NIBBLES, 0);
    const high0 = v128.load(NIBBLES, 16);
    const found0 = look(low0, high0, low, high);
    const next0 = look(low0, high0, nextLow, nextHigh);
    const low1 = v128.load(NIBBLES, 32);
    const high1 = v128.load(NIBBLES, 48);
    const found1 = look(low1, high1, low, high);
    const next1 = look(low1, high1, nextLow, nextHigh);
    const low2 = v128.load(NIBBLES, 64);
    const high2 = v128.load(NIBBLES, 80);
    const found2 = look(low2, high2, low, high);
    const next2 = look(low2, high2, nextLow, nextHigh);
    const low3 = v128.load(NIBBLES, 96);
    const high3 = v128.load(NIBBLES, 112);
    const found3 = look(low3, high3, low, high);
    const next3 = look(low3, high3, nextLow, nextHigh);
    const found = combine(found0, found1, found2, found3, before0, before1, before2);
    const next = combine(next0, next1, next2, next3, found0, found1, found2);
    before0 = next0;
    before1 = next1;
    before2 = next2;
    const lanes: u32 = ~(
      i8x16.bitmask(i8x16.eq(found, zero)) |
      (i8x16.bitmask(i8x16.eq(next, zero)) << 16)
    );
    store<u64>(block, <u64>i | ((<u64>lanes) << 32));
    block += (<usize>(lanes !== 0)) << 3;
  }
  signs |= i8x16.bitmask(i8x16.shl(seen, 1)) ? PERCENT : 0;
  signs |= i8x16.bitmask(i8x16.shl(seen, 2)) ? ESCAPE_CODE : 0;
  v128.store(LAST_BLOCK, before0);
  v128.store(LAST_BLOCK, before1, 16);
  v128.store(LAST_BLOCK, before2, 32);
  lastFull = full;
  nextBlock = 0;
  blockCount = <u32>(block - BLOCKS) >> 3;
  nextGroup = 0;
  groupCount = <u32>(group - GROUPS) >> 3;
  done = to;
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

/** Whether both bits of a hash are set in a filter of 2^(32 - shift) bits. */
function inBloom(filter: usize, h: u32, shift: u32): bool {
  const first = h >> shift;
  if (!((load<u8>(filter + (first >> 3)) >> <u8>(first & 7)) & 1)) return false;
  const second = (h * MULTIPLIER) >> shift;
  return <bool>((load<u8>(filter + (second >> 3)) >> <u8>(second & 7)) & 1);
}

/**
 * Probes the grams that begin at multiples of `stride` in [from, length). Writes (position, hash).
 *
 * @param long - 8-grams, not 4-grams
 * @param filter - where the Bloom filter begins that holds them, of 2^(32 - shift) bits
 */
export function findGrams(
  from: u32,
  length: u32,
  stride: u32,
  long: bool,
  filter: usize,
  shift: u32,
): u32 {
  let hits: u32 = 0;
  for (let i: u32 = from; i < length; i += stride) {
    const hash = long ? hashLong(DATA + i) : hashShort(DATA + i);
    if (!inBloom(filter, hash, shift)) continue;
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
