import { type Anchor, windowSpellings } from './anchor.ts';
import type { Bucket } from './buckets.ts';
import { type Kernel, MARGIN } from './kernel-instance.ts';

/** How much of a kernel's tables is in use. */
export interface TableUse {
  readonly anchors: number;
  readonly classes: number;
  readonly chains: number;
}

/** The first entry of the chains stands for their end. */
export const EMPTY_TABLES: TableUse = { anchors: 0, classes: 0, chains: 1 };

/** As in the kernel: a greater number is none of an anchor's. */
export const MAX_ANCHORS = 1024;
/** A kind of anchors that the kernel looks for nowhere. */
export const MUTED = 2;
const ANCHOR_BYTES = 24;
const MAX_CLASSES = 256;
const MAX_CHAIN = 32_768;
/** The last of 8 buckets lets `\/` through, which the kernel looks at itself. */
const SLASH_BUCKET = 7;
/** So far before a window the kernel may read, with what stands before that. */
const FURTHEST_BEGINNING = MARGIN - 4;
const HASH_MULTIPLIER = 2654435761;

/** Where a kernel keeps whether it looks for an anchor in runs (1), everywhere (0) or not. */
export function kindAt({ at }: Kernel, anchor: number): number {
  return at.ANCHORS + anchor * ANCHOR_BYTES + 2;
}

/** Writes anchors behind those that a kernel's tables hold. */
export function addAnchors(kernel: Kernel, use: TableUse, anchors: readonly Anchor[]): TableUse {
  if (use.anchors + anchors.length > MAX_ANCHORS) throw new RangeError('too many anchors');
  return {
    anchors: use.anchors + anchors.length,
    classes: writeAnchors(kernel, use, anchors),
    chains: writeWindows(kernel, use, anchors),
  };
}

function writeAnchors(kernel: Kernel, use: TableUse, anchors: readonly Anchor[]): number {
  const { at, bytes } = kernel;
  const classes = new Map<object, number>();
  anchors.forEach((anchor, i) => {
    const entry = at.ANCHORS + (use.anchors + i) * ANCHOR_BYTES;
    bytes[entry] = anchor.positions.length;
    bytes[entry + 1] = anchor.window;
    bytes[kindAt(kernel, use.anchors + i)] = anchor.inRun ? 1 : 0;
    if (anchor.left !== undefined && anchor.offset >= 0 && anchor.offset <= FURTHEST_BEGINNING) {
      bytes[entry + 3] = anchor.left === 'word' ? 1 : 2;
      bytes[entry + 4] = anchor.offset;
    }
    anchor.positions.forEach((set, i) => {
      let number = classes.get(set);
      if (number === undefined) {
        number = use.classes + classes.size;
        if (number >= MAX_CLASSES) throw new RangeError('too many byte classes');
        classes.set(set, number);
        const table = at.CLASSES + number * 32;
        for (const byte of set.members) {
          bytes[table + (byte >> 3)] = (bytes[table + (byte >> 3)] as number) | (1 << (byte & 7));
        }
      }
      bytes[entry + 8 + i] = number;
    });
  });
  return use.classes + classes.size;
}

function writeWindows({ at, bytes }: Kernel, use: TableUse, anchors: readonly Anchor[]): number {
  const shorts = new Uint16Array(bytes.buffer);
  const heads = at.HEADS >> 1;
  const chains = at.CHAINS >> 1;
  const mark = (set: number, hash: number): void => {
    bytes[set + (hash >> 3)] = (bytes[set + (hash >> 3)] as number) | (1 << (hash & 7));
  };
  const isCrowded = (hash: number): boolean => {
    let count = 0;
    for (let entry = shorts[heads + hash] as number; entry !== 0; count++) {
      entry = shorts[chains + entry * 2 + 1] as number;
    }
    return count >= at.MOST_ALIKE;
  };
  let used = use.chains;
  anchors.forEach((anchor, i) => {
    const seen = new Set<number>();
    for (const word of windowSpellings(anchor)) {
      const fine = Math.imul(word, HASH_MULTIPLIER) >>> 14;
      const hash = fine >> 2;
      if (anchor.inRun) mark(at.RUN_WINDOWS, fine);
      else mark(at.WINDOWS, hash);
      if (seen.has(hash)) continue;
      seen.add(hash);
      if (isCrowded(hash)) throw new RangeError('too many anchors begin alike');
      if (used >= MAX_CHAIN) throw new RangeError('too many spellings of anchors');
      shorts[chains + used * 2] = use.anchors + i;
      shorts[chains + used * 2 + 1] = shorts[heads + hash] as number;
      shorts[heads + hash] = used++;
    }
  });
  return used;
}

/** @param buckets - at most 7, that let the window of every anchor through but of those in runs */
export function writeBuckets({ at, bytes }: Kernel, buckets: readonly Bucket[]): void {
  const set = (bucket: number, position: number, half: 0 | 1, mask: number): void => {
    const table = at.NIBBLES + position * 32 + half * 16;
    for (let nibble = 0; nibble < 16; nibble++) {
      if ((mask >> nibble) & 1) {
        bytes[table + nibble] = (bytes[table + nibble] as number) | (1 << bucket);
      }
    }
  };
  buckets.forEach((bucket, i) => {
    for (let position = 0; position < 4; position++) {
      set(i, position, 0, bucket.low[position] as number);
      set(i, position, 1, bucket.high[position] as number);
    }
  });
  const slash = {
    low: [0xffff, 0xffff, 1 << 0xc, 1 << 0xf],
    high: [0xffff, 0xffff, 1 << 5, 1 << 2],
  };
  for (let position = 0; position < 4; position++) {
    set(SLASH_BUCKET, position, 0, slash.low[position] as number);
    set(SLASH_BUCKET, position, 1, slash.high[position] as number);
  }
}
