import type { Anchor } from './anchor.ts';
import { BUILT_IN_BUCKETS } from './built-in-buckets.ts';
import type { ByteClass } from './byte-class.ts';
import { BYTE_FREQUENCY } from './frequency.ts';

/**
 * Teddy's buckets. A bucket sees, for each of the window's four positions, only which low and
 * which high nibbles occur in it, so it also lets through bytes that mix nibbles of different
 * members.
 */
export interface Bucket {
  /** Bit n of `low[i]`: a byte at position i may have the low nibble n; `high` alike. */
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** The kernel has one more, for itself. */
export const BUCKET_COUNT = 7;

/** Share of bytes with a high nibble, whose low nibble is in 8 bits of a mask: [high][half][mask]. */
let nibbleShares: Float64Array | undefined;

/** Whether a built-in bucket lets a window through. */
export function isLetThrough(window: readonly ByteClass[]): boolean {
  const needed = bucketOf(window);
  return BUILT_IN_BUCKETS.some((bucket) => holds(bucket, needed));
}

/**
 * The built-in buckets, with the anchors that none of them lets through, each where it costs least:
 * the operator's keywords, and patterns that are newer than the buckets.
 */
export function bucketsFor(anchors: readonly Anchor[]): Bucket[] {
  const buckets = [...BUILT_IN_BUCKETS];
  for (const { positions, window } of anchors) {
    const added = bucketOf(positions.slice(window, window + 4));
    if (buckets.some((bucket) => holds(bucket, added))) continue;
    const costs = buckets.map((bucket) => costOf(bucket, added) - costOf(bucket, bucket));
    const cheapest = costs.indexOf(Math.min(...costs));
    buckets[cheapest] = union(buckets[cheapest] as Bucket, added);
  }
  return buckets;
}

function holds(bucket: Bucket, other: Bucket): boolean {
  const covers = (mine: readonly number[], theirs: readonly number[]): boolean =>
    theirs.every((mask, i) => (mask & ~(mine[i] as number)) === 0);
  return covers(bucket.low, other.low) && covers(bucket.high, other.high);
}

function bucketOf(window: readonly ByteClass[]): Bucket {
  const masks = (nibbleOf: (byte: number) => number): number[] =>
    window.map(({ members }) => members.reduce((mask, byte) => mask | (1 << nibbleOf(byte)), 0));
  return { low: masks((byte) => byte & 15), high: masks((byte) => byte >> 4) };
}

function union(a: Bucket, b: Bucket): Bucket {
  return {
    low: a.low.map((mask, i) => mask | (b.low[i] as number)),
    high: a.high.map((mask, i) => mask | (b.high[i] as number)),
  };
}

/** Share of the lanes that the union of two buckets lets through. */
function costOf(a: Bucket, b: Bucket): number {
  nibbleShares ??= countNibbles();
  let product = 1;
  for (let i = 0; i < 4; i++) {
    const low = (a.low[i] as number) | (b.low[i] as number);
    const high = (a.high[i] as number) | (b.high[i] as number);
    let share = 0;
    for (let nibble = 0; nibble < 16; nibble++) {
      if (((high >> nibble) & 1) === 0) continue;
      share += nibbleShares[nibble * 512 + (low & 255)] as number;
      share += nibbleShares[nibble * 512 + 256 + (low >> 8)] as number;
    }
    product *= share;
  }
  return product;
}

function countNibbles(): Float64Array {
  const shares = new Float64Array(16 * 512);
  for (let high = 0; high < 16; high++) {
    for (let half = 0; half < 2; half++) {
      for (let mask = 0; mask < 256; mask++) {
        let share = 0;
        for (let bit = 0; bit < 8; bit++) {
          if ((mask >> bit) & 1) share += BYTE_FREQUENCY[(high << 4) | (half << 3) | bit] as number;
        }
        shares[high * 512 + half * 256 + mask] = share;
      }
    }
  }
  return shares;
}
